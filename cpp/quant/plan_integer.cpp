// int8 and int16x8: which operators compute in integers, and how each operand is stored.
#include <algorithm>
#include <set>

#include "quant/parameters.h"
#include "quant/plan.h"
#include "quant/trained.h"

namespace litewright {
namespace {

bool touches_floats(const Subgraph& subgraph, const Operator& op) {
  const auto any = [&](const std::vector<TensorId>& ids) {
    return std::any_of(ids.begin(), ids.end(), [&](TensorId id) { return is_float_tensor(subgraph, id); });
  };
  return any(op.inputs) || any(op.outputs);
}

bool is_constant(const Subgraph& subgraph, const Operator& op, int operand) {
  return operand >= 0 && operand < static_cast<int>(op.inputs.size()) && op.inputs[operand] != kNoTensor &&
         subgraph.tensors[op.inputs[operand]].is_constant;
}

// Weights, and the bias that depends on them and on the input.
void plan_linear(const Subgraph& subgraph, const Operator& op, const QuantRule& rule,
                 const QuantizerOptions& options, OperatorPlan& row) {
  const DType bias_type = row.int16 ? options.bias16_type : DType::kInt32;
  const bool dense = op.code == BuiltinOp::kFullyConnected;
  const bool per_channel = rule.axis >= 0 && options.per_channel && (!dense || options.per_channel_dense);
  const Tensor& weights = subgraph.tensors[op.inputs[rule.weights]];
  const std::optional<Form> trained =
      options.trained ? trained_weight_form(weights, rule.axis) : std::nullopt;
  Form& form = row.inputs[rule.weights] =
      trained ? *trained : weight_form(weights, per_channel ? rule.axis : -1, 8);
  if (!is_constant(subgraph, op, rule.bias)) return;
  // The activation operand is the first one that is neither weights nor bias nor a shape.
  int input = 0;
  while (input == rule.weights || input == rule.bias || !is_float_tensor(subgraph, op.inputs[input])) ++input;
  if (bias_type == DType::kInt32 && !trained)
    widen_for_bias(form, row.inputs[input], subgraph.tensors[op.inputs[rule.bias]]);
  row.inputs[rule.bias] = bias_form(row.inputs[input], form, bias_type);
}

// The operator that sets a state to a constant before each run; -1: there is none.
int state_setter(const Subgraph& subgraph, TensorId state) {
  for (size_t i = 0; i < subgraph.operators.size(); ++i) {
    const std::vector<TensorId>& outputs = subgraph.operators[i].outputs;
    if (std::find(outputs.begin(), outputs.end(), state) != outputs.end()) return static_cast<int>(i);
  }
  return -1;
}

// States of an integer LSTM are integers where they are set, too.
void plan_states(const Subgraph& subgraph, const Operator& lstm, QuantizationPlan& plan,
                 const OperatorPlan& row) {
  for (size_t k = 0; k < lstm.inputs.size(); ++k) {
    if (lstm.inputs[k] == kNoTensor || !subgraph.tensors[lstm.inputs[k]].is_variable) continue;
    const int setter = state_setter(subgraph, lstm.inputs[k]);
    if (setter < 0) continue;
    OperatorPlan& target = plan.operators[setter];
    target.outputs[0] = row.inputs[k];
    target.inputs[1] = row.inputs[k];
  }
}

bool states_are_settable(const Subgraph& subgraph, const Operator& lstm) {
  for (TensorId id : lstm.inputs) {
    if (id == kNoTensor || !subgraph.tensors[id].is_variable) continue;
    const int setter = state_setter(subgraph, id);
    if (setter < 0) continue;
    const Operator& op = subgraph.operators[setter];
    if (op.code != BuiltinOp::kFill || !is_constant(subgraph, op, 1)) return false;
  }
  return true;
}

[[noreturn]] void fail_all(const std::vector<std::string>& problems, QuantMode mode) {
  std::string message = mode == QuantMode::kInt16x8 ? "Quantization to 16x8-bit not yet supported for op: "
                                                    : "Quantization not yet supported for op: ";
  for (const std::string& problem : problems) message += "\n  " + problem;
  message +=
      "\nAllow float operators (add OpsSet.TFLITE_BUILTINS to target_spec.supported_ops), or replace these "
      "layers.";
  throw Error(ErrorCode::kUnsupported, message);
}

// Which of the integer operators have 16-bit activations.
std::vector<bool> int16_operators(const Subgraph& subgraph, const std::vector<bool>& integer,
                                  const QuantizerOptions& options) {
  if (options.mode == QuantMode::kInt16x8) return integer;
  std::vector<bool> chosen(integer.size(), false);
  if (!options.keep_int16) return chosen;
  for (size_t i = 0; i < integer.size(); ++i) {
    const Operator& op = subgraph.operators[i];
    if (!integer[i] || !options.keep_int16(op, subgraph)) continue;
    if (!quant_def(op)->quant.int16) {
      fail(ErrorCode::kUnsupported, "'", op.display_name(), "'",
           op.layer.empty() ? "" : " of layer '" + op.layer + "'", " has no form with 16-bit activations");
    }
    chosen[i] = true;
  }
  return chosen;
}

}  // namespace

bool has_integer_form(const Subgraph& subgraph, const Operator& op, const QuantizerOptions& options,
                      std::string* reason) {
  const OpDef* def = quant_def(op);
  const auto no = [&](const char* why) {
    *reason = why;
    return false;
  };
  if (def == nullptr) return no("custom operators stay float");
  const QuantRule& rule = def->quant;
  if (rule.output == QuantRule::kFloatOnly || rule.output == QuantRule::kControlFlow)
    return no("it has no integer form");
  if (options.mode == QuantMode::kInt16x8 && !rule.int16) return no("it has no form with 16-bit activations");
  for (TensorId id : op.inputs) {
    if (is_float_tensor(subgraph, id) && subgraph.tensors[id].sparsity.present())
      return no("its weights are sparse");
  }
  if (rule.output == QuantRule::kLstm) {
    return (lstm_has_integer_form(subgraph, op) && states_are_settable(subgraph, op)) ||
           no("only plain LSTM layers have an integer form");
  }
  if (rule.weights >= 0 && is_float_tensor(subgraph, op.inputs[rule.weights]) &&
      !is_constant(subgraph, op, rule.weights)) {
    return no("its weights are computed by the model");
  }
  if (rule.bias >= 0 && rule.bias < static_cast<int>(op.inputs.size()) && op.inputs[rule.bias] != kNoTensor &&
      !is_constant(subgraph, op, rule.bias)) {
    return no("its bias is computed by the model");
  }
  return true;
}

void plan_integer(const Graph& graph, const Ranges& ranges, QuantizationPlan& plan) {
  const Subgraph& subgraph = graph.main();
  const QuantizerOptions& options = plan.options;
  std::vector<bool> integer(subgraph.operators.size(), false);
  std::vector<std::string> problems;
  std::set<TensorId> set_states;  // states that an operator in front of an LSTM sets
  for (const Operator& op : subgraph.operators) {
    const OpDef* def = quant_def(op);
    if (def == nullptr || def->quant.output != QuantRule::kLstm) continue;
    for (TensorId id : op.inputs) {
      if (id != kNoTensor && subgraph.tensors[id].is_variable) set_states.insert(id);
    }
  }
  for (size_t i = 0; i < subgraph.operators.size(); ++i) {
    const Operator& op = subgraph.operators[i];
    if (!touches_floats(subgraph, op) || set_states.count(op.outputs.empty() ? kNoTensor : op.outputs[0]))
      continue;
    if (options.keep_float && options.keep_float(op, subgraph)) continue;
    std::string reason;
    integer[i] = has_integer_form(subgraph, op, options, &reason);
    // A value that no sample computed has no range. What samples computed has ranges for results, too.
    std::vector<TensorId> ids = op.inputs;
    if (options.trained) ids.insert(ids.end(), op.outputs.begin(), op.outputs.end());
    if (options.trained) ids.insert(ids.end(), op.intermediates.begin(), op.intermediates.end());
    for (TensorId id : ids) {
      if (integer[i] && is_float_tensor(subgraph, id) && !subgraph.tensors[id].is_constant &&
          !subgraph.tensors[id].is_variable && !ranges[id].seen()) {
        integer[i] = false;
        reason = concat(options.trained ? "training set no range for '" : "no sample reached '",
                        subgraph.tensors[id].name, "'");
      }
    }
    if (!integer[i]) {
      problems.push_back(concat("'", op.display_name(), "'",
                                op.layer.empty() ? "" : " of layer '" + op.layer + "'", ": ", reason));
    }
  }
  if (!options.allow_float && !problems.empty()) fail_all(problems, options.mode);

  const std::vector<bool> int16 = int16_operators(subgraph, integer, options);
  std::vector<bool> others = integer;
  for (size_t i = 0; i < integer.size(); ++i) others[i] = integer[i] && !int16[i];
  const bool all16 = options.mode == QuantMode::kInt16x8;
  if (!all16) plan_activations(subgraph, int16, ranges, QuantMode::kInt16x8, plan.operators);
  const std::vector<Form> forms =
      plan_activations(subgraph, all16 ? int16 : others, ranges, options.mode, plan.operators);
  for (size_t i = 0; i < subgraph.operators.size(); ++i) {
    if (!integer[i]) continue;
    const Operator& op = subgraph.operators[i];
    const QuantRule& rule = quant_def(op)->quant;
    plan.operators[i].integer = true;
    plan.operators[i].int16 = int16[i];
    if (rule.output == QuantRule::kLstm) {
      plan_lstm(subgraph, op, ranges, plan.operators[i]);
      plan_states(subgraph, op, plan, plan.operators[i]);
    } else if (rule.weights >= 0 && is_constant(subgraph, op, rule.weights)) {
      plan_linear(subgraph, op, rule, options, plan.operators[i]);
    }
  }
  const auto plan_border = [&](const std::vector<TensorId>& ids, DType type, std::vector<Form>& border,
                               const char* what) {
    if (type == DType::kFloat32) return;
    for (size_t k = 0; k < ids.size(); ++k) {
      if (!is_float_tensor(subgraph, ids[k])) continue;
      Form form = forms[ids[k]];
      if (form.dtype == DType::kFloat32) {
        if (!ranges[ids[k]].seen() && options.trained) continue;
        if (!ranges[ids[k]].seen())
          fail(ErrorCode::kUnsupported, what, " '", subgraph.tensors[ids[k]].name,
               "' cannot be an integer: no sample gave it a range");
        form = activation_form(options.mode, ranges[ids[k]]);
      }
      if (type == DType::kUInt8) {
        form.dtype = DType::kUInt8;
        form.quantization.zero_point[0] += 128;
      }
      border[k] = form;
    }
  };
  plan_border(subgraph.inputs, options.input_type, plan.inputs, "input");
  plan_border(subgraph.outputs, options.output_type, plan.outputs, "output");
}

}  // namespace litewright
