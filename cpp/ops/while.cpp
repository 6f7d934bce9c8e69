// Runs a body on the carried values as long as a condition on them holds.
#include <algorithm>

#include "core/interrupt.h"
#include "ops/subgraph_call.h"
#include "runtime/resources.h"

namespace litewright {
namespace {

void check(const InferContext& c, const SubgraphExecutor& condition, const SubgraphExecutor& body) {
  if (c.num_inputs() != c.num_outputs()) {
    c.fail("it has ", c.num_inputs(), " operands and ", c.num_outputs(), " results");
  }
  check_call(c, condition, 0, false);
  check_call(c, body, 0, true);
  const Subgraph& subgraph = condition.subgraph();
  if (subgraph.outputs.size() != 1 || subgraph.tensors[subgraph.outputs[0]].dtype != DType::kBool) {
    c.fail("the condition '", subgraph.name, "' should have one bool output");
  }
}

void infer(InferContext& c) {
  if (!c.subgraph) return set_call_outputs(c, {});
  const WhileOptions& options = c.options<WhileOptions>();
  SubgraphExecutor& condition = *c.subgraph(options.cond_subgraph_index);
  SubgraphExecutor& body = *c.subgraph(options.body_subgraph_index);
  check(c, condition, body);
  std::vector<Shape> shapes;
  for (int i = 0; i < c.num_inputs(); ++i) shapes.push_back(c.input_shape(i));
  infer_call(condition, shapes);
  const auto results = infer_call(body, shapes);
  // Known if every round leaves every shape as it is.
  const bool steady = std::equal(shapes.begin(), shapes.end(), results.begin(), results.end());
  set_call_outputs(c, steady ? results : std::vector<std::optional<Shape>>{});
}

// The inputs that a subgraph looks at.
std::vector<bool> used_inputs(const Subgraph& subgraph) {
  std::vector<bool> read(subgraph.tensors.size(), false);
  for (const Operator& op : subgraph.operators) {
    for (TensorId id : op.inputs) {
      if (id != kNoTensor) read[id] = true;
    }
  }
  for (TensorId id : subgraph.outputs) read[id] = true;
  std::vector<bool> used;
  for (TensorId id : subgraph.inputs) used.push_back(read[id]);
  return used;
}

class Loop {
 public:
  explicit Loop(PrepareContext& c)
      : condition_(c.options<WhileOptions>().cond_subgraph_index),
        body_(c.options<WhileOptions>().body_subgraph_index),
        at_run_(outputs_at_run(c)),
        values_(c.num_inputs()) {
    condition_inputs_ = used_inputs(c.subgraph(condition_)->subgraph());
    const Subgraph& body = c.subgraph(body_)->subgraph();
    for (size_t i = 0; i < body.inputs.size(); ++i) {
      // What the body hands on untouched need not be handed around.
      const bool first_use =
          std::find(body.inputs.begin(), body.inputs.begin() + i, body.inputs[i]) == body.inputs.begin() + i;
      changes_.push_back(body.inputs[i] != body.outputs[i] || !first_use);
    }
  }

  Status run(RunContext& c) {
    SubgraphExecutor &condition = *c.subgraph(condition_), &body = *c.subgraph(body_);
    for (int i = 0; i < c.num_inputs(); ++i) values_[i].assign(c.input(i));
    std::vector<ValueView> views(values_.size());
    std::vector<bool> to_condition;  // the first time all of them
    std::vector<bool> to_body;
    for (;;) {
      std::transform(values_.begin(), values_.end(), views.begin(),
                     [](const auto& value) { return view_of(value); });
      bind_inputs(condition, views, to_condition);
      condition.run();
      const Slot& goes_on = condition.slot(condition.subgraph().outputs[0]);
      if (goes_on.bytes != 1) return Status::error("the condition has the shape ", to_string(goes_on.shape));
      if (*goes_on.data == 0) break;
      c.resources().usage.count_iteration();
      check_interrupt();
      bind_inputs(body, views, to_body);
      body.run();
      for (size_t i = 0; i < values_.size(); ++i) {
        if (changes_[i]) values_[i].assign(body.slot(body.subgraph().outputs[i]));
      }
      to_body = changes_;
      to_condition = changes_;
      for (size_t i = 0; i < changes_.size(); ++i) to_condition[i] = changes_[i] && condition_inputs_[i];
    }
    Status status;
    for (int i = 0; i < c.num_outputs() && status.ok(); ++i) status = copy_out(c, i, at_run_[i], views[i]);
    return status;
  }

 private:
  int condition_, body_;
  std::vector<bool> at_run_, condition_inputs_, changes_;
  std::vector<CarriedValue> values_;
};

Kernel prepare(PrepareContext& c) {
  return [loop = std::make_shared<Loop>(c)](RunContext& r) { return loop->run(r); };
}

}  // namespace

extern const OpDef kWhile;
const OpDef kWhile = {
    .code = BuiltinOp::kWhile,
    .inputs = {{"operands", OperandDef::kVariadic}},
    .outputs = {{"results", OperandDef::kVariadic}},
    .options = &schema_of<WhileOptions>(),
    .infer = infer,
    .prepare = prepare,
    .quant = {.output = QuantRule::kControlFlow},
    .types = "all",
    .stateful = true,
};

}  // namespace litewright
