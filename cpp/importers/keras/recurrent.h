// What recurrent layers share: a cell is one time step; the loop around it is the same for all.
#pragma once

#include <memory>
#include <vector>

#include "importers/keras/lowering.h"

namespace litewright::keras {

// One time step. States and inputs have the batch first.
class Cell {
 public:
  virtual ~Cell() = default;
  // The states' shapes without the batch; the first state is the output.
  virtual std::vector<Shape> states() const = 0;
  // The part of the work that does not depend on the states, for one step [b, ...] or, `sequence`, for all:
  // [b, t, ...].
  virtual TensorId prepare(Lowering& layer, TensorId x, bool sequence) = 0;
  // The new states from what prepare() gave.
  virtual Ids step(Lowering& layer, TensorId x, const Ids& states) = 0;
  // The output, where it is not the first state.
  virtual TensorId output(const Ids& states) const { return states[0]; }
  virtual Shape output_shape() const { return states()[0]; }
};

// LSTMCell, GRUCell, SimpleRNNCell or StackedRNNCells as `config` describes it. Reads the weights from
// layer.weights(), the extent of the features being `in`.
std::unique_ptr<Cell> make_cell(Lowering& layer, const std::string& class_name, int32_t in);

struct RecurrentOptions {
  bool sequences = false, state = false, backwards = false, stateful = false, unroll = false,
       zero_masked = false;
};
RecurrentOptions recurrent_options(const Config& config);

struct Sequence {
  TensorId output;  // [b, t, ...], or the last step's [b, ...]
  Ids states;
};
// Runs the cell over axis 1 of `x`. `initial`: the first states, empty for zeros. `mask`: [b, t] or
// kNoTensor.
Sequence run_cell(Lowering& layer, Cell& cell, TensorId x, Ids initial, TensorId mask,
                  const RecurrentOptions& options);

// The states of a stateful layer, between the runs of one interpreter.
class KeptStates {
 public:
  // Batch included in the shapes, which must be known.
  KeptStates(Lowering& layer, const std::vector<Shape>& shapes);
  const Ids& values() const { return values_; }  // what the run before left; zeros at first
  void keep(const Ids& states);

 private:
  Lowering* layer_;
  Ids handles_, values_;
};

// The initial states of a call: the argument "initial_state", or further tensors after the sequence.
Ids initial_states(Lowering& layer, size_t count);
// Output, then states if they are asked for; the output carries the mask.
Results recurrent_results(Lowering& layer, const Sequence& sequence, const RecurrentOptions& options);

// The spatial dimensions of ConvLSTM1D, 2D or 3D; 0 for another class.
int conv_lstm_rank(const std::string& class_name);
Sequence lower_conv_recurrent(Lowering& layer, int rank, const Ids& initial, const RecurrentOptions& options);

// One recurrent layer (LSTM, GRU, SimpleRNN, RNN), its options given.
Sequence lower_recurrent(Lowering& layer, TensorId x, Ids initial, TensorId mask,
                         const RecurrentOptions& options);

}  // namespace litewright::keras
