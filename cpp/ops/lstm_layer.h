// The LSTM that LSTM, UNIDIRECTIONAL_ and BIDIRECTIONAL_SEQUENCE_LSTM share, for float activations: per step
//   gate = act(W x + Wa aux + R h + p .* c + b), with layer normalization act(norm(W x + R h + p .* c) .* k +
//   b) c = clip(f .* c + i .* g), h = o .* act(c), and with projection h = clip(P h + pb).
// Gates are in the format's order: input, forget, cell, output. Coupled (CIFG): no input gate, i = 1 - f.
#pragma once

#include <vector>

#include "ops/recurrent_product.h"
#include "ops/recurrent_sequence.h"

namespace litewright {

// Operand numbers; -1: the operator has no such operand.
struct LstmOperands {
  int input = 0;
  int weights[4] = {1, 2, 3, 4};    // [cells, inputs]
  int recurrent[4] = {5, 6, 7, 8};  // [cells, outputs], or [cells] for a diagonal
  int peephole[4] = {9, 10, -1, 11};
  int bias[4] = {12, 13, 14, 15};
  int projection = 16, projection_bias = 17;  // [outputs, cells], [outputs]
  int output_state = 18, cell_state = 19;     // [batch, outputs], [batch, cells]
  int norm[4] = {20, 21, 22, 23};
  int aux_input = -1;
  int aux_weights[4] = {-1, -1, -1, -1};  // [cells, aux inputs]
};

struct LstmParams {
  Activation activation = Activation::kTanh;
  float cell_clip = 0, proj_clip = 0;
  bool asymmetric = false;
  bool time_major = false;
};

struct LstmSizes : SequenceShape {
  int64_t cell = 0, output = 0;
  bool coupled = false, peephole = false, projection = false, norm = false, aux = false;
  bool integer = false;  // int8 activations
};

// Checks the operands' dtypes and shapes against each other. The input is [batch, time, inputs], [time,
// batch, inputs] or [batch, inputs].
LstmSizes check_lstm(const NodeContext& c, const LstmOperands& operands, const LstmParams& params);

class LstmLayer {
 public:
  LstmLayer(PrepareContext& c, const LstmOperands& operands, const LstmParams& params);
  // `backward`: the last step comes first. Rows of `out` are `out_stride` elements apart.
  void run(RunContext& c, bool backward, float* out, int64_t out_stride) const;

 private:
  struct Recurrent {
    RecurrentProduct product;
    int64_t column;  // of its first gate in the row of gates
  };
  struct Diagonal {
    std::vector<float> weights;
    int64_t column;
  };
  void finish_gate(int gate, float* row, const float* cell) const;
  void step(RunContext& c, float* gates, int64_t gates_stride, float* hidden) const;

  LstmOperands operands_;
  LstmParams params_;
  LstmSizes sizes_;
  RecurrentOps ops_;
  RecurrentSequence sequence_;
  RecurrentProduct projection_;
  std::vector<Recurrent> recurrent_;
  std::vector<Diagonal> diagonal_;
  std::vector<float> peephole_[4], norm_[4], bias_[4];  // bias_ only with layer normalization
  int hidden_ = -1;                                     // scratch
};

}  // namespace litewright
