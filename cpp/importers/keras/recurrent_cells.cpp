#include <algorithm>

#include "core/error.h"
#include "importers/keras/description.h"
#include "importers/keras/recurrent.h"

namespace litewright::keras {
namespace {

// [in, out] as a FULLY_CONNECTED weight that any subgraph can use without a copy.
Weight turned(const Weight& weight) {
  const int32_t in = weight.shape[0], out = weight.shape[1];
  return {{out, in}, permuted(weight, {in, out}, {1, 0})};
}

Weight rows(const Weight& weight, int32_t begin, int32_t end) {  // of a [out, in] matrix or a vector
  const auto width = static_cast<size_t>(weight.shape.size() == 2 ? weight.shape[1] : 1);
  Shape shape = weight.shape;
  shape[0] = end - begin;
  return {shape, weight.bytes().slice(begin * width * sizeof(float), (end - begin) * width * sizeof(float))};
}

// The activations of a cell, applied in whatever graph `layer` builds.
class Gates {
 public:
  explicit Gates(const Config& config)
      : activation_(config.contains("activation") ? config.raw("activation") : Json("tanh")),
        recurrent_(config.contains("recurrent_activation") ? config.raw("recurrent_activation")
                                                           : Json("sigmoid")) {}
  TensorId activation(Lowering& layer, TensorId x) const { return activate(layer, x, activation_); }
  TensorId recurrent(Lowering& layer, TensorId x) const { return activate(layer, x, recurrent_); }

 private:
  Json activation_, recurrent_;
};

class BasicCell : public Cell {
 public:
  BasicCell(Lowering& layer, int32_t in, int gates) : gates_(layer.config()) {
    const int64_t units = layer.config().integer("units");
    if (units < 1 || units > (1 << 20)) layer.config().bad("units", "positive");
    units_ = static_cast<int32_t>(units);
    kernel_ = turned(layer.weight("kernel", {in, gates * units_}));
    recurrent_ = turned(layer.weight("recurrent_kernel", {units_, gates * units_}));
    biased_ = layer.config().flag("use_bias", true);
  }
  std::vector<Shape> states() const override { return {{units_}}; }
  TensorId prepare(Lowering& layer, TensorId x, bool) override {
    return layer.dense(x, layer.constant(kernel_), biased_ ? layer.constant(bias_) : kNoTensor);
  }

 protected:
  TensorId recur(Lowering& layer, TensorId h) const {
    return layer.dense(h, layer.constant(recurrent_), kNoTensor);
  }

  Gates gates_;
  int32_t units_;
  Weight kernel_, recurrent_, bias_;
  bool biased_;
};

class SimpleCell : public BasicCell {
 public:
  SimpleCell(Lowering& layer, int32_t in) : BasicCell(layer, in, 1) {
    if (biased_) bias_ = layer.weight("bias", {units_});
  }
  Ids step(Lowering& layer, TensorId x, const Ids& states) override {
    return {gates_.activation(layer, layer.add(x, recur(layer, states[0])))};
  }
};

class LstmCell : public BasicCell {
 public:
  LstmCell(Lowering& layer, int32_t in) : BasicCell(layer, in, 4) {
    if (biased_) bias_ = layer.weight("bias", {4 * units_});
  }
  std::vector<Shape> states() const override { return {{units_}, {units_}}; }
  Ids step(Lowering& layer, TensorId x, const Ids& states) override {
    const Ids gates = layer.split(layer.add(x, recur(layer, states[0])), 4, 1);
    const TensorId in = gates_.recurrent(layer, gates[0]), forget = gates_.recurrent(layer, gates[1]);
    const TensorId candidate = gates_.activation(layer, gates[2]), out = gates_.recurrent(layer, gates[3]);
    const TensorId c = layer.add(layer.mul(forget, states[1]), layer.mul(in, candidate));
    return {layer.mul(out, gates_.activation(layer, c)), c};
  }
};

class GruCell : public BasicCell {
 public:
  GruCell(Lowering& layer, int32_t in)
      : BasicCell(layer, in, 3), reset_after_(layer.config().flag("reset_after", layer.keras() >= 3)) {
    if (biased_) {
      const bool two = layer.weights().has("bias", 2) && layer.weights().shape("bias", 2).size() == 2;
      reset_after_ = two;
      const Weight bias = layer.weight("bias", two ? Shape{2, 3 * units_} : Shape{3 * units_});
      bias_ = two ? rows({{6 * units_}, bias.bytes()}, 0, 3 * units_) : bias;
      if (two) recurrent_bias_ = rows({{6 * units_}, bias.bytes()}, 3 * units_, 6 * units_);
    }
    if (!reset_after_) {
      gate_part_ = rows(recurrent_, 0, 2 * units_);
      candidate_part_ = rows(recurrent_, 2 * units_, 3 * units_);
    }
  }
  Ids step(Lowering& layer, TensorId x, const Ids& states) override {
    const TensorId h = states[0];
    const Ids from_x = layer.split(x, 3, 1);
    TensorId z, candidate;
    if (reset_after_) {
      const TensorId bias = biased_ ? layer.constant(recurrent_bias_) : kNoTensor;
      const Ids from_h = layer.split(layer.dense(h, layer.constant(recurrent_), bias), 3, 1);
      z = gates_.recurrent(layer, layer.add(from_x[0], from_h[0]));
      const TensorId r = gates_.recurrent(layer, layer.add(from_x[1], from_h[1]));
      candidate = layer.add(from_x[2], layer.mul(r, from_h[2]));
    } else {
      const Ids from_h = layer.split(layer.dense(h, layer.constant(gate_part_), kNoTensor), 2, 1);
      z = gates_.recurrent(layer, layer.add(from_x[0], from_h[0]));
      const TensorId r = gates_.recurrent(layer, layer.add(from_x[1], from_h[1]));
      candidate =
          layer.add(from_x[2], layer.dense(layer.mul(r, h), layer.constant(candidate_part_), kNoTensor));
    }
    candidate = gates_.activation(layer, candidate);
    return {layer.add(candidate, layer.mul(z, layer.sub(h, candidate)))};
  }

 private:
  bool reset_after_;
  Weight recurrent_bias_, gate_part_, candidate_part_;
};

// Cells on top of each other; the output is that of the last.
class StackedCell : public Cell {
 public:
  explicit StackedCell(std::vector<std::unique_ptr<Cell>> cells) : cells_(std::move(cells)) {}
  std::vector<Shape> states() const override {
    std::vector<Shape> all;
    for (const auto& cell : cells_) {
      const std::vector<Shape> own = cell->states();
      all.insert(all.end(), own.begin(), own.end());
    }
    return all;
  }
  TensorId prepare(Lowering& layer, TensorId x, bool sequence) override {
    return cells_[0]->prepare(layer, x, sequence);
  }
  Ids step(Lowering& layer, TensorId x, const Ids& states) override {
    Ids all;
    size_t next = 0;
    for (size_t i = 0; i < cells_.size(); ++i) {
      const size_t count = cells_[i]->states().size();
      const Ids own(states.begin() + static_cast<std::ptrdiff_t>(next),
                    states.begin() + static_cast<std::ptrdiff_t>(next + count));
      const Ids fresh = cells_[i]->step(layer, i == 0 ? x : cells_[i]->prepare(layer, x, false), own);
      x = cells_[i]->output(fresh);
      all.insert(all.end(), fresh.begin(), fresh.end());
      next += count;
    }
    return all;
  }
  TensorId output(const Ids& states) const override {
    return states[states.size() - cells_.back()->states().size()];
  }
  Shape output_shape() const override { return cells_.back()->output_shape(); }

 private:
  std::vector<std::unique_ptr<Cell>> cells_;
};

std::unique_ptr<Cell> make_stack(Lowering& layer, int32_t in) {
  const Json& list = layer.config().raw("cells");
  if (!list.is_array() || list.empty()) layer.config().bad("cells", "a list of cells");
  std::vector<std::unique_ptr<Cell>> cells;
  std::map<std::string, int> ordinals;
  for (size_t i = 0; i < list.size(); ++i) {
    const std::string kind = class_of(list[i]);
    if (kind == "StackedRNNCells")
      layer.unsupported("stacked cells inside stacked cells; write them as one stack");
    const Weights weights =
        layer.weights().member("cells", layer_name(list[i]), kind, ordinals[kind]++, static_cast<int>(i));
    Lowering part = layer.part(
        Config(config_of(list[i]), layer.config().where() + ", cell " + std::to_string(i)), weights);
    cells.push_back(make_cell(part, kind, in));
    in = cells.back()->output_shape()[0];
  }
  return std::make_unique<StackedCell>(std::move(cells));
}

}  // namespace

std::unique_ptr<Cell> make_cell(Lowering& layer, const std::string& class_name, int32_t in) {
  if (class_name == "LSTM" || class_name == "LSTMCell") return std::make_unique<LstmCell>(layer, in);
  if (class_name == "GRU" || class_name == "GRUCell") return std::make_unique<GruCell>(layer, in);
  if (class_name == "SimpleRNN" || class_name == "SimpleRNNCell")
    return std::make_unique<SimpleCell>(layer, in);
  if (class_name == "StackedRNNCells") return make_stack(layer, in);
  layer.unsupported(
      "the cell '" + class_name +
      "' is not one of Keras's; state a rule for the whole layer with litewright.register_layer");
}

}  // namespace litewright::keras
