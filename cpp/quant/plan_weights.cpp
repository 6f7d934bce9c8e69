// Modes in which only constants change: dynamic range, float16, int4 weights.
#include <algorithm>

#include "quant/parameters.h"
#include "quant/plan.h"

namespace litewright {
namespace {

bool is_float_constant(const Subgraph& subgraph, TensorId id) {
  return is_float_tensor(subgraph, id) && subgraph.tensors[id].is_constant &&
         !subgraph.tensors[id].sparsity.present();
}

void plan_float16(const Subgraph& subgraph, QuantizationPlan& plan) {
  for (const Operator& op : subgraph.operators) {
    if (plan.options.keep_float && plan.options.keep_float(op, subgraph)) continue;
    for (TensorId id : op.inputs) {
      if (is_float_constant(subgraph, id)) plan.stored[id].dtype = DType::kFloat16;
    }
  }
}

// The channel dimension for one scale per channel; -1: one scale for all.
int channel_axis(const Operator& op, const QuantRule& rule, int operand, const QuantizerOptions& options) {
  const bool allowed = op.code == BuiltinOp::kFullyConnected
                           ? options.per_channel && options.per_channel_dense
                           : options.per_channel;
  return allowed && operand == rule.weights ? rule.axis : -1;
}

void plan_operator(const Subgraph& subgraph, const Operator& op, OperatorPlan& row, QuantizationPlan& plan) {
  const OpDef* def = quant_def(op);
  if (def == nullptr || def->quant.hybrid == QuantRule::kNoHybrid) return;
  if (plan.options.keep_float && plan.options.keep_float(op, subgraph)) return;
  const QuantRule& rule = def->quant;
  const int bits = plan.options.mode == QuantMode::kInt4Weights ? 4 : 8;
  if (bits == 4 && op.code != BuiltinOp::kFullyConnected && op.code != BuiltinOp::kConv2D) return;
  const bool recurrent = rule.hybrid_operands.size() > 1;
  std::vector<int> chosen;
  bool all = true;
  for (int operand : rule.hybrid_operands) {
    if (operand >= static_cast<int>(op.inputs.size()) || op.inputs[operand] == kNoTensor) continue;
    const TensorId id = op.inputs[operand];
    if (is_float_constant(subgraph, id) &&
        num_elements(subgraph.tensors[id].shape) >= plan.options.least_elements) {
      chosen.push_back(operand);
    } else {
      all = false;
    }
  }
  // Recurrent kernels take all of their weights in one type.
  if (chosen.empty() || (recurrent && !all)) return;
  for (int operand : chosen) {
    const TensorId id = op.inputs[operand];
    const Form form = weight_form(subgraph.tensors[id], channel_axis(op, rule, operand, plan.options), bits);
    if (rule.hybrid == QuantRule::kWeightOnly) {
      plan.stored[id] = form;
    } else {
      row.inputs[operand] = form;
    }
    // GATHER and the like give what they are given.
    if (rule.hybrid == QuantRule::kComputes && rule.output == QuantRule::kSameAsInput) row.outputs[0] = form;
  }
  row.asymmetric_inputs = rule.hybrid == QuantRule::kComputes;
}

}  // namespace

void plan_weights(const Graph& graph, QuantizationPlan& plan) {
  const Subgraph& subgraph = graph.main();
  if (plan.options.mode == QuantMode::kFloat16) return plan_float16(subgraph, plan);
  for (size_t i = 0; i < subgraph.operators.size(); ++i)
    plan_operator(subgraph, subgraph.operators[i], plan.operators[i], plan);
}

}  // namespace litewright
