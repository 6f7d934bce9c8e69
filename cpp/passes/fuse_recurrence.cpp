// WHILE(an LSTM's or a simple recurrent layer's step over a sequence) -> UNIDIRECTIONAL_SEQUENCE_LSTM or _RNN
#include <algorithm>
#include <array>

#include "ops/option_structs.h"
#include "passes/affine.h"
#include "passes/linear.h"
#include "passes/passes.h"
#include "passes/sequence_loop.h"

namespace litewright {
namespace {

// What a loop's body computes in each round, where it is one of the layers that TFLite has an operator for.
struct Cell {
  bool is_lstm = false;
  size_t h = 0, c = 0;          // numbers of the carried states
  TensorId x = kNoTensor;       // in the body
  std::array<Affine, 4> gates;  // input, forget, candidate, output; a simple layer has only the first
  Activation activation = Activation::kTanh;
};

class Matcher {
 public:
  explicit Matcher(const SequenceLoop& loop) : loop_(loop), body_(loop.body()) {}

  std::optional<Cell> find() const {
    for (size_t h = 0; h < loop_.count(); ++h) {
      if (loop_.is_invariant(h) || body_.tensors[body_.inputs[h]].shape.size() != 2 ||
          body_.tensors[body_.inputs[h]].dtype != DType::kFloat32)
        continue;
      if (std::optional<Cell> cell = lstm(h)) return cell;
      if (std::optional<Cell> cell = simple(h)) return cell;
    }
    return std::nullopt;
  }

 private:
  const Operator* producer(TensorId id, BuiltinOp code) const {
    const int index = loop_.uses().producer(id);
    if (index < 0 || body_.operators[index].code != code) return nullptr;
    return fused_activation(body_.operators[index]) == Activation::kNone ? &body_.operators[index] : nullptr;
  }
  // MUL(LOGISTIC(gate), other): both operands, in this order.
  struct Gated {
    TensorId gate, other;
  };
  std::vector<Gated> gated(TensorId id) const {
    std::vector<Gated> all;
    const Operator* product = producer(id, BuiltinOp::kMul);
    for (size_t side = 0; product != nullptr && side < 2; ++side) {
      if (const Operator* gate = producer(product->inputs[side], BuiltinOp::kLogistic))
        all.push_back({gate->inputs[0], product->inputs[1 - side]});
    }
    return all;
  }

  // h' = logistic(o) * tanh(c'), c' = logistic(f) * c + logistic(i) * tanh(g)
  std::optional<Cell> lstm(size_t h) const {
    for (const Gated& output : gated(body_.outputs[h])) {
      const Operator* squashed = producer(output.other, BuiltinOp::kTanh);
      if (squashed == nullptr) continue;
      const TensorId c = squashed->inputs[0];
      const auto place = std::find(body_.outputs.begin(), body_.outputs.end(), c);
      const Operator* sum = producer(c, BuiltinOp::kAdd);
      if (place == body_.outputs.end() || sum == nullptr) continue;
      Cell cell;
      cell.is_lstm = true;
      cell.h = h;
      cell.c = static_cast<size_t>(place - body_.outputs.begin());
      for (size_t side = 0; side < 2; ++side) {
        for (const Gated& kept : gated(sum->inputs[side])) {
          if (kept.other != body_.inputs[cell.c]) continue;
          for (const Gated& fresh : gated(sum->inputs[1 - side])) {
            const Operator* candidate = producer(fresh.other, BuiltinOp::kTanh);
            if (candidate != nullptr &&
                set_gates(cell, {fresh.gate, kept.gate, candidate->inputs[0], output.gate}))
              return cell;
          }
        }
      }
    }
    return std::nullopt;
  }

  // h' = activation(affine(x, h))
  std::optional<Cell> simple(size_t h) const {
    Cell cell;
    cell.h = h;
    TensorId sum = body_.outputs[h];
    if (const Operator* tanh = producer(sum, BuiltinOp::kTanh)) {
      sum = tanh->inputs[0];
    } else if (const Operator* relu = producer(sum, BuiltinOp::kRelu)) {
      sum = relu->inputs[0];
      cell.activation = Activation::kRelu;
    } else {
      return std::nullopt;
    }
    return set_gates(cell, {sum}) ? std::optional(cell) : std::nullopt;
  }

  bool set_gates(Cell& cell, const std::vector<TensorId>& tensors) const {
    const TensorId h = body_.inputs[cell.h];
    const int32_t units = body_.tensors[h].shape[1];
    cell.x = kNoTensor;
    for (size_t i = 0; i < tensors.size(); ++i) {
      std::optional<Affine> form = affine_form(body_, loop_.uses(), tensors[i]);
      if (!form || form->rows != units || form->terms.size() != 2 || form->terms.count(h) == 0) return false;
      for (const auto& [x, matrix] : form->terms) {
        if (x == h) continue;
        if (cell.x != kNoTensor && cell.x != x) return false;
        cell.x = x;
      }
      cell.gates[i] = std::move(*form);
    }
    return true;
  }

  const SequenceLoop& loop_;
  const Subgraph& body_;
};

class Writer {
 public:
  Writer(Subgraph& subgraph, int index, const Cell& cell, const SequenceLoop& loop)
      : subgraph_(subgraph), loop_op_(subgraph.operators[index]), cell_(cell), loop_(loop), index_(index) {}

  // False, and nothing changed, if the operator cannot give all that is used of the loop.
  bool write() {
    const auto sequence = loop_.read(cell_.x);
    if (!sequence || subgraph_.tensors[sequence->outer].shape.size() != 3 || sequence->axis > 1) return false;
    const size_t states[] = {cell_.h, cell_.c};
    for (size_t i = 0; i < (cell_.is_lstm ? 2 : 1); ++i) {
      if (!is_zero(loop_op_.inputs[states[i]])) return false;
    }
    if (!plan_results()) return false;
    const TensorId x = sequence->axis == 1 ? sequence->outer : batch_first(sequence->outer);
    write_layer(x);
    write_results();
    subgraph_.operators.erase(subgraph_.operators.begin() + index_);
    subgraph_.operators.insert(subgraph_.operators.begin() + index_, written_.begin(), written_.end());
    return true;
  }

 private:
  const Tensor& tensor(TensorId id) const { return subgraph_.tensors[id]; }
  static Shape swapped(const Shape& shape) { return {shape[1], shape[0], shape[2]}; }

  const Operator* fill_of(TensorId id) const {
    const int producer = Uses(subgraph_).producer(id);
    if (producer < 0 || subgraph_.operators[producer].code != BuiltinOp::kFill) return nullptr;
    return &subgraph_.operators[producer];
  }
  bool is_zero(TensorId id) const {
    const Operator* fill = fill_of(id);
    const auto values = float_values(tensor(fill == nullptr ? id : fill->inputs[1]));
    return values && std::all_of(values->begin(), values->end(), [](float value) { return value == 0; });
  }

  // Which results of the loop are read, and as what.
  bool plan_results() {
    const Uses uses(subgraph_);
    const TensorId step = loop_.body().outputs[cell_.h];
    for (size_t i = 0; i < loop_.count(); ++i) {
      const TensorId result = loop_op_.outputs[i];
      if (uses.consumers(result).empty() && !uses.is_output(result)) continue;
      const SequenceLoop::Collected collected = loop_.collects(i, step);
      if (collected == SequenceLoop::Collected::kAll) {
        all_.push_back(result);
      } else if (collected == SequenceLoop::Collected::kLast) {
        last_in_list_.push_back(result);
      } else if (loop_.body().outputs[i] == step) {
        last_.push_back(result);
      } else {
        return false;
      }
    }
    return true;
  }

  TensorId add_tensor(const std::string& name, DType dtype, Shape shape) {
    subgraph_.tensors.push_back({.name = name_of(name), .dtype = dtype, .shape = std::move(shape)});
    return static_cast<TensorId>(subgraph_.tensors.size()) - 1;
  }
  std::string name_of(const std::string& what) const {
    return tensor(loop_op_.outputs[cell_.h]).name + "/" + what;
  }
  TensorId ints(const std::vector<int32_t>& values) {
    const TensorId id = add_tensor("constant", DType::kInt32, {static_cast<int32_t>(values.size())});
    subgraph_.tensors[id].is_constant = true;
    subgraph_.tensors[id].data = Bytes::copy(values);
    return id;
  }
  TensorId order() { return ints({1, 0, 2}); }
  TensorId add(BuiltinOp code, std::vector<TensorId> inputs, Options options, Shape shape) {
    const TensorId result = add_tensor(std::string(builtin_op_name(code)), DType::kFloat32, std::move(shape));
    write_op(code, std::move(inputs), std::move(options), result);
    return result;
  }
  void write_op(BuiltinOp code, std::vector<TensorId> inputs, Options options, TensorId result) {
    Operator op;
    op.code = code;
    op.inputs = std::move(inputs);
    op.outputs = {result};
    op.options = std::move(options);
    op.layer = loop_op_.layer;
    written_.push_back(std::move(op));
  }

  // [time, batch, features] turned; a reversal of time stays behind the turn, so that two turns can meet.
  TensorId batch_first(TensorId x) {
    const int producer = Uses(subgraph_).producer(x);
    const Shape shape = swapped(tensor(x).shape);
    if (producer >= 0 && subgraph_.operators[producer].code == BuiltinOp::kReverseV2) {
      const Operator reversal = subgraph_.operators[producer];
      const auto axes = int_values(tensor(reversal.inputs[1]));
      if (axes && *axes == std::vector<int64_t>{0}) {
        return add(BuiltinOp::kReverseV2, {batch_first(reversal.inputs[0]), ints({1})}, ReverseV2Options{},
                   shape);
      }
    }
    return add(BuiltinOp::kTranspose, {x, order()}, {}, shape);
  }

  // A state that the operator updates in place; it starts from zero at every run.
  TensorId state(size_t carried) {
    const TensorId initial = loop_op_.inputs[carried];
    const Operator* fill = fill_of(initial);
    const Shape shape = tensor(initial).shape;
    const TensorId dims = fill == nullptr ? ints(shape) : fill->inputs[0];
    const TensorId zero = add_constant(subgraph_, name_of("zero"), {}, {0.0F});
    const TensorId id = add(BuiltinOp::kFill, {dims, zero}, FillOptions{}, shape);
    subgraph_.tensors[id].is_variable = true;
    return id;
  }

  TensorId matrix(size_t gate, TensorId of) {
    const Affine& form = cell_.gates[gate];
    const Affine::Matrix& found = form.terms.at(of);
    return add_constant(subgraph_, name_of("kernel"),
                        {static_cast<int32_t>(form.rows), static_cast<int32_t>(found.columns)}, found.values);
  }

  void write_layer(TensorId x) {
    const TensorId h = loop_.body().inputs[cell_.h];
    const size_t gates = cell_.is_lstm ? 4 : 1;
    const auto units = static_cast<int32_t>(cell_.gates[0].rows);
    std::vector<TensorId> inputs = {x};
    for (size_t i = 0; i < gates; ++i) inputs.push_back(matrix(i, cell_.x));
    for (size_t i = 0; i < gates; ++i) inputs.push_back(matrix(i, h));
    if (cell_.is_lstm) inputs.insert(inputs.end(), 3, kNoTensor);  // peepholes
    for (size_t i = 0; i < gates; ++i)
      inputs.push_back(add_constant(subgraph_, name_of("bias"), {units}, cell_.gates[i].bias));
    if (cell_.is_lstm) inputs.insert(inputs.end(), 2, kNoTensor);  // projection
    inputs.push_back(state(cell_.h));
    if (cell_.is_lstm) inputs.push_back(state(cell_.c));
    if (cell_.is_lstm) inputs.insert(inputs.end(), 4, kNoTensor);  // layer normalization
    const Shape from = tensor(x).shape;
    const Shape shape = {from[0], from[1], units};
    if (cell_.is_lstm) {
      UnidirectionalSequenceLSTMOptions options;
      options.fused_activation_function = Activation::kTanh;
      y_ = add(BuiltinOp::kUnidirectionalSequenceLstm, inputs, options, shape);
    } else {
      SequenceRNNOptions options;
      options.fused_activation_function = cell_.activation;
      y_ = add(BuiltinOp::kUnidirectionalSequenceRnn, inputs, options, shape);
    }
  }

  // The operands and options that take the last step.
  void take_last(TensorId result) {
    StridedSliceOptions options;
    options.begin_mask = options.end_mask = 0b101;
    options.end_mask |= 0b010;
    options.shrink_axis_mask = 0b010;
    write_op(BuiltinOp::kStridedSlice, {y_, ints({0, -1, 0}), ints({0, 0, 0}), ints({1, 1, 1})}, options,
             result);
  }

  // Whether `op` takes the last of `count` (-1: unknown) along the first dimension, all of it.
  bool takes_last(const Operator& op, int32_t count) const {
    if (op.code != BuiltinOp::kStridedSlice) return false;
    const auto& options = op.options.get<StridedSliceOptions>();
    const auto begin = int_values(tensor(op.inputs[1])), strides = int_values(tensor(op.inputs[3]));
    if (!begin || begin->empty() || !strides || options.shrink_axis_mask != 1 || options.ellipsis_mask != 0 ||
        options.new_axis_mask != 0)
      return false;
    for (size_t i = 1; i < begin->size(); ++i) {
      if (!(options.begin_mask >> i & 1) || !(options.end_mask >> i & 1) || (*strides)[i] != 1) return false;
    }
    const int64_t at = options.begin_mask & 1 ? 0 : begin->front();
    return at == -1 || (count > 0 && at == count - 1);
  }

  void write_results() {
    for (const TensorId result : last_) take_last(result);
    const std::vector<std::vector<TensorId>*> lists = {&all_, &last_in_list_};
    for (const auto* list : lists) {
      for (const TensorId result : *list) {
        const Uses uses(subgraph_);
        std::vector<int> taken;
        for (const int reader : uses.consumers(result)) {
          if (!takes_last(subgraph_.operators[reader], tensor(result).shape[0])) continue;
          take_last(subgraph_.operators[reader].outputs[0]);
          taken.push_back(reader);
        }
        if (taken.size() < uses.consumers(result).size() || uses.is_output(result))
          write_whole(result, list == &all_);
        remove_operators(subgraph_, taken);  // they come after the loop
      }
    }
  }

  void write_whole(TensorId result, bool all) {
    if (all) return write_op(BuiltinOp::kTranspose, {y_, order()}, {}, result);
    const Shape shape = tensor(result).shape;
    const TensorId last = add_tensor("last", DType::kFloat32, {shape[1], shape[2]});
    take_last(last);
    write_op(BuiltinOp::kReshape, {last, ints(shape)}, ReshapeOptions{shape}, result);
  }

  Subgraph& subgraph_;
  const Operator loop_op_;
  const Cell& cell_;
  const SequenceLoop& loop_;
  const int index_;
  std::vector<TensorId> last_, all_, last_in_list_;  // results of the loop
  TensorId y_ = kNoTensor;                           // [batch, time, units]
  std::vector<Operator> written_;
};

bool fuse(Graph& graph, int subgraph, int index) {
  const Operator& op = graph.subgraphs[subgraph].operators[index];
  if (op.code != BuiltinOp::kWhile) return false;
  const auto loop = SequenceLoop::find(graph, graph.subgraphs[subgraph], op);
  if (!loop) return false;
  const auto cell = Matcher(*loop).find();
  return cell && Writer(graph.subgraphs[subgraph], index, *cell, *loop).write();
}

}  // namespace

bool fuse_recurrence(Graph& graph) {
  const std::set<int> called = called_by_any(graph);
  bool changed = false;
  for (int s = 0; s < static_cast<int>(graph.subgraphs.size()); ++s) {
    for (int i = 0; i < static_cast<int>(graph.subgraphs[s].operators.size()); ++i)
      changed = fuse(graph, s, i) || changed;
  }
  if (changed) remove_no_longer_called(graph, called);
  return changed;
}

}  // namespace litewright
