// IF, STABLEHLO_CASE and STABLEHLO_COMPOSITE: one of several subgraphs runs on the operands and gives the
// results.
#include <algorithm>

#include "ops/subgraph_call.h"

namespace litewright {
namespace {

struct Branches {
  std::vector<int32_t> subgraphs;
  int first = 1;  // operand that becomes the subgraph's first input
};

Branches branches_of(const NodeContext& c) {
  switch (c.op().code) {
    case BuiltinOp::kIf: {
      const IfOptions& options = c.options<IfOptions>();
      return {{options.else_subgraph_index, options.then_subgraph_index}};
    }
    case BuiltinOp::kStablehloCase:
      return {c.options<StablehloCaseOptions>().branch_subgraph_indices};
    default:
      return {{c.options<StableHLOCompositeOptions>().decomposition_subgraph_index}, 0};
  }
}

void infer(InferContext& c) {
  const Branches branches = branches_of(c);
  if (branches.first == 1) {
    const DType index = c.op().code == BuiltinOp::kIf ? DType::kBool : DType::kInt32;
    if (c.input_dtype(0) != index || num_elements(c.input_shape(0)) != 1) {
      c.fail(c.describe_input(0), " should be one ", dtype_name(index));
    }
  }
  if (branches.subgraphs.empty()) c.fail("it has no branches");
  if (!c.subgraph) return set_call_outputs(c, {});
  std::vector<Shape> inputs;
  for (int i = branches.first; i < c.num_inputs(); ++i) inputs.push_back(c.input_shape(i));
  std::vector<std::optional<Shape>> shapes;
  for (size_t b = 0; b < branches.subgraphs.size(); ++b) {
    SubgraphExecutor& callee = *c.subgraph(branches.subgraphs[b]);
    check_call(c, callee, branches.first, true);
    const auto results = infer_call(callee, inputs);
    if (b == 0) shapes = results;
    for (size_t i = 0; i < shapes.size(); ++i) {
      if (shapes[i] != results[i]) shapes[i].reset();
    }
  }
  set_call_outputs(c, shapes);
}

Kernel prepare(PrepareContext& c) {
  const Branches branches = branches_of(c);
  return [branches, at_run = outputs_at_run(c), code = c.op().code](RunContext& r) {
    const int64_t last = static_cast<int64_t>(branches.subgraphs.size()) - 1;
    int64_t branch = 0;
    if (code == BuiltinOp::kIf) branch = *r.in<uint8_t>(0) != 0 ? 1 : 0;
    if (code == BuiltinOp::kStablehloCase) {
      const int64_t index = *r.in<int32_t>(0);
      branch = index < 0 || index > last ? last : index;
    }
    SubgraphExecutor& callee = *r.subgraph(branches.subgraphs[branch]);
    std::vector<ValueView> values;
    for (int i = branches.first; i < r.num_inputs(); ++i) values.push_back(view_of(r.input(i)));
    bind_inputs(callee, values);
    callee.run();
    Status status;
    for (int i = 0; i < r.num_outputs() && status.ok(); ++i) {
      status = copy_out(r, i, at_run[i], view_of(callee.slot(callee.subgraph().outputs[i])));
    }
    return status;
  };
}

OpDef branch_def(BuiltinOp code, std::vector<OperandDef> inputs, const OptionsSchema* options) {
  return {
      .code = code,
      .inputs = std::move(inputs),
      .outputs = {{"results", OperandDef::kVariadic}},
      .options = options,
      .infer = infer,
      .prepare = prepare,
      .quant = {.output = QuantRule::kControlFlow},
      .types = "all",
      .stateful = true,
  };
}

}  // namespace

extern const OpDef kIf, kStablehloCase, kStablehloComposite;
const OpDef kIf =
    branch_def(BuiltinOp::kIf, {{"condition"}, {"operands", OperandDef::kVariadic}}, &schema_of<IfOptions>());
const OpDef kStablehloCase =
    branch_def(BuiltinOp::kStablehloCase, {{"index"}, {"operands", OperandDef::kVariadic}},
               &schema_of<StablehloCaseOptions>());
const OpDef kStablehloComposite =
    branch_def(BuiltinOp::kStablehloComposite, {{"operands", OperandDef::kVariadic}},
               &schema_of<StableHLOCompositeOptions>());

}  // namespace litewright
