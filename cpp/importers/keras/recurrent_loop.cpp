// A cell over all time steps: written out where Keras unrolls, else as WHILE.
#include <algorithm>
#include <optional>

#include "core/error.h"
#include "importers/keras/model.h"
#include "importers/keras/recurrent.h"

namespace litewright::keras {
namespace {

Shape with_batch(const Shape& rest, int32_t batch) {
  Shape shape = {batch};
  shape.insert(shape.end(), rest.begin(), rest.end());
  return shape;
}

// [b] -> [b, 1, ...], to choose between tensors of `rank` dimensions.
TensorId as_condition(Ops& ops, TensorId mask, int rank) {
  Shape dims(static_cast<size_t>(rank), 1);
  dims[0] = -1;
  Axes source(static_cast<size_t>(rank), -1);
  source[0] = 0;
  return ops.reshape(mask, dims, source);
}

struct Step {
  Ids states;
  TensorId output;  // what counts as this step's output, a masked step's included
  TensorId shown;   // what the sequence shows
};

// `previous`: the output of the step before (kNoTensor without a mask).
Step masked_step(Lowering& layer, Cell& cell, TensorId x, const Ids& states, TensorId mask, TensorId previous,
                 bool zero_masked) {
  Step step;
  step.states = cell.step(layer, x, states);
  step.output = step.shown = cell.output(step.states);
  if (mask == kNoTensor) return step;
  for (size_t i = 0; i < states.size(); ++i) {
    step.states[i] =
        layer.select(as_condition(layer, mask, layer.rank(states[i])), step.states[i], states[i]);
  }
  const TensorId condition = as_condition(layer, mask, layer.rank(step.output));
  const TensorId fresh = step.output;
  step.output = layer.select(condition, fresh, previous);
  step.shown = zero_masked ? layer.select(condition, fresh, layer.f(0)) : step.output;
  return step;
}

Sequence unrolled(Lowering& layer, Cell& cell, TensorId x, Ids states, TensorId previous, TensorId mask,
                  const RecurrentOptions& options) {
  const Ids steps = layer.unpack(x, 1);
  Ids shown;
  TensorId output = kNoTensor;
  for (size_t t = 0; t < steps.size(); ++t) {
    const TensorId present = mask == kNoTensor ? kNoTensor : layer.take(mask, 1, static_cast<int32_t>(t));
    const Step step = masked_step(layer, cell, steps[t], states, present, previous, options.zero_masked);
    states = step.states;
    output = previous = step.output;
    shown.push_back(step.shown);
  }
  return {options.sequences ? layer.pack(shown, 1) : output, states};
}

// What goes round in the loop, in this order; absent ones are not there.
struct Carried {
  TensorId time, x, mask, previous, sequence;
  Ids states;

  Ids pack() const {
    Ids all = {time, x};
    for (const TensorId id : {mask, previous, sequence}) {
      if (id != kNoTensor) all.push_back(id);
    }
    all.insert(all.end(), states.begin(), states.end());
    return all;
  }
  // The same fields with other tensors.
  Carried with(const Ids& ids) const {
    Carried other = *this;
    size_t next = 0;
    other.time = ids[next++];
    other.x = ids[next++];
    for (TensorId* id : {&other.mask, &other.previous, &other.sequence}) {
      if (*id != kNoTensor) *id = ids[next++];
    }
    for (TensorId& id : other.states) id = ids[next++];
    return other;
  }
};

// A further subgraph whose inputs look like `like`.
Ids inputs_like(GraphBuilder& inner, const GraphBuilder& outer, const Ids& like) {
  Ids ids;
  for (size_t i = 0; i < like.size(); ++i) {
    const Tensor& tensor = outer.tensor(like[i]);
    ids.push_back(inner.input(concat("arg", i), tensor.dtype, tensor.shape));
  }
  return ids;
}

Sequence looped(Lowering& layer, Cell& cell, TensorId x, const Ids& states, TensorId previous, TensorId mask,
                const RecurrentOptions& options) {
  GraphBuilder& outer = layer.builder();
  const Shape from = layer.shape(x);
  Carried carried{
      outer.scalar<int32_t>(0), x, mask, mask == kNoTensor ? kNoTensor : previous, kNoTensor, states};
  if (options.sequences) {
    Shape dims = with_batch(cell.output_shape(), -1);
    dims.insert(dims.begin() + 1, from[1]);
    dims[0] = from[0];
    Axes source(dims.size(), -1);
    source[0] = 0;
    source[1] = 1;
    carried.sequence = layer.filled(0, x, dims, source);
  }
  const Ids initial = carried.pack();
  const auto cond_index = static_cast<int>(outer.graph().subgraphs.size());
  {
    GraphBuilder inner(outer.graph(), cond_index);
    inner.set_layer(outer.layer());
    Ops ops(inner);
    const Carried now = carried.with(inputs_like(inner, outer, initial));
    const TensorId steps = from[1] >= 0 ? inner.scalar(from[1]) : ops.extent(now.x, 1);
    inner.set_outputs({ops.op(BuiltinOp::kLess, {now.time, steps}, LessOptions{})});
  }
  {
    GraphBuilder inner(outer.graph(), cond_index + 1);
    inner.set_layer(outer.layer());
    const Importer::Scope scope(layer.importer(), inner);
    Lowering body = layer.part(layer.config(), layer.weights());
    const Carried now = carried.with(inputs_like(inner, outer, initial));
    Carried next = now;
    const TensorId input = body.gather(now.x, now.time, 1);
    const TensorId present = mask == kNoTensor ? kNoTensor : body.gather(now.mask, now.time, 1);
    const Step step = masked_step(body, cell, input, now.states, present, now.previous, options.zero_masked);
    next.states = step.states;
    if (mask != kNoTensor) next.previous = step.output;
    if (options.sequences) {
      Ids start(static_cast<size_t>(body.rank(now.sequence)), inner.scalar<int32_t>(0));
      start[1] = now.time;
      next.sequence = body.op(BuiltinOp::kDynamicUpdateSlice,
                              {now.sequence, body.expand(step.shown, 1), body.pack(start, 0)});
    }
    next.time = body.add(now.time, inner.scalar<int32_t>(1));
    inner.set_outputs(next.pack());
  }
  Operator loop;
  loop.code = BuiltinOp::kWhile;
  loop.inputs = initial;
  loop.options = WhileOptions{cond_index, cond_index + 1};
  std::vector<Tensor> outputs;
  for (size_t i = 0; i < initial.size(); ++i) {
    const Tensor& tensor = outer.tensor(initial[i]);
    outputs.push_back(
        {.name = concat(outer.layer(), "/while:", i), .dtype = tensor.dtype, .shape = tensor.shape});
  }
  const Carried done = carried.with(outer.add_declared(std::move(loop), outputs));
  const TensorId last = mask == kNoTensor ? cell.output(done.states) : done.previous;
  return {options.sequences ? done.sequence : last, done.states};
}

}  // namespace

RecurrentOptions recurrent_options(const Config& config) {
  RecurrentOptions options;
  options.sequences = config.flag("return_sequences", false);
  options.state = config.flag("return_state", false);
  options.backwards = config.flag("go_backwards", false);
  options.stateful = config.flag("stateful", false);
  options.unroll = config.flag("unroll", false);
  options.zero_masked = config.flag("zero_output_for_mask", false);
  return options;
}

Sequence run_cell(Lowering& layer, Cell& cell, TensorId x, Ids initial, TensorId mask,
                  const RecurrentOptions& options) {
  if (options.backwards) {
    x = layer.reverse(x, 1);
    if (mask != kNoTensor) mask = layer.reverse(mask, 1);
  }
  if (mask != kNoTensor) mask = layer.cast(mask, DType::kBool);
  const int32_t batch = layer.shape(x)[0];
  const auto zeros = [&](const Shape& rest) {
    Axes source(rest.size() + 1, -1);
    source[0] = 0;
    return layer.filled(0, x, with_batch(rest, batch), source);
  };
  const std::vector<Shape> states = cell.states();
  std::optional<KeptStates> kept;
  if (options.stateful && initial.empty()) {
    std::vector<Shape> shapes;
    for (const Shape& shape : states) shapes.push_back(with_batch(shape, batch));
    kept.emplace(layer, shapes);
    initial = kept->values();
  } else if (initial.empty()) {
    for (const Shape& shape : states) initial.push_back(zeros(shape));
  }
  if (initial.size() != states.size()) {
    fail(ErrorCode::kInvalidModel, "has ", states.size(), " states, is given ", initial.size());
  }
  const TensorId previous = mask == kNoTensor ? kNoTensor : zeros(cell.output_shape());
  const TensorId prepared = cell.prepare(layer, x, true);
  const bool straight = layer.shape(x)[1] == 1 || (options.unroll && layer.shape(x)[1] > 0);
  Sequence sequence = straight ? unrolled(layer, cell, prepared, std::move(initial), previous, mask, options)
                               : looped(layer, cell, prepared, initial, previous, mask, options);
  if (kept) kept->keep(sequence.states);
  return sequence;
}

Ids initial_states(Lowering& layer, size_t count) {
  Ids given;
  const std::function<void(const Argument&)> collect = [&](const Argument& argument) {
    if (argument.is_tensor()) given.push_back(argument.tensor);
    for (const Argument& item : argument.list) collect(item);
  };
  if (const Argument* argument = layer.argument("initial_state")) {
    collect(*argument);
  } else {
    for (size_t i = 1; i < layer.inputs().size(); ++i) given.push_back(layer.inputs()[i].id);
    if (given.size() > count && layer.argument("mask") == nullptr) given.resize(count);
  }
  return given;
}

Results recurrent_results(Lowering& layer, const Sequence& sequence, const RecurrentOptions& options) {
  Results results = one(sequence.output, options.sequences ? layer.mask() : kNoTensor);
  if (options.state) {
    for (const TensorId id : sequence.states) results.push_back({id, kNoTensor});
  }
  return results;
}

}  // namespace litewright::keras
