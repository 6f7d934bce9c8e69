#include "quant/plan.h"

#include <sstream>

#include "quant/parameters.h"

namespace litewright {
namespace {

void check_options(const QuantizerOptions& options, const Ranges* ranges) {
  const bool integer = options.mode == QuantMode::kInt8 || options.mode == QuantMode::kInt16x8;
  if (integer && ranges == nullptr) {
    fail(ErrorCode::kInvalidArgument,
         "For full integer quantization, a `representative_dataset` must be specified.");
  }
  const auto allowed = [&](DType type) {
    if (type == DType::kFloat32) return true;
    if (options.mode == QuantMode::kInt8) return type == DType::kInt8 || type == DType::kUInt8;
    return options.mode == QuantMode::kInt16x8 && type == DType::kInt16;
  };
  if (options.keep_int16 && options.mode != QuantMode::kInt8)
    fail(ErrorCode::kInvalidArgument, "only int8 mode can keep some operators in 16 bits");
  for (DType type : {options.input_type, options.output_type}) {
    if (allowed(type)) continue;
    fail(ErrorCode::kInvalidArgument,
         integer ? concat("Unsupported `inference_input_type` or `inference_output_type` value: ",
                          dtype_name(type), "; this mode takes float32, ",
                          options.mode == QuantMode::kInt8 ? "int8 or uint8" : "int16", ".")
                 : concat("The inference_input_type and inference_output_type must be tf.float32, not ",
                          dtype_name(type),
                          "; only full integer quantization (optimizations and a representative_dataset) "
                          "changes them."));
  }
}

void print(std::ostringstream& out, const Form& form) {
  out << dtype_name(form.dtype);
  const Quantization& q = form.quantization;
  if (q.per_channel()) {
    out << " per channel (" << q.scale.size() << " along dimension " << q.axis << ")";
  } else if (q.quantized()) {
    out << " scale " << q.scale[0] << " zero point " << q.zero();
  }
}

}  // namespace

const OpDef* quant_def(const Operator& op) {
  return op.code == BuiltinOp::kCustom ? nullptr : find_op(op.code);
}

bool is_float_tensor(const Subgraph& subgraph, TensorId id) {
  return id != kNoTensor && subgraph.tensors[id].dtype == DType::kFloat32;
}

QuantizationPlan plan_quantization(const Graph& graph, const QuantizerOptions& options,
                                   const Ranges* ranges) {
  check_options(options, ranges);
  const Subgraph& main = graph.main();
  QuantizationPlan plan;
  plan.options = options;
  plan.stored.resize(main.tensors.size());
  plan.inputs.resize(main.inputs.size());
  plan.outputs.resize(main.outputs.size());
  for (const Operator& op : main.operators) {
    OperatorPlan& row = plan.operators.emplace_back();
    row.inputs.resize(op.inputs.size());
    row.outputs.resize(op.outputs.size());
    row.intermediates.resize(op.intermediates.size());
  }
  if (options.mode == QuantMode::kInt8 || options.mode == QuantMode::kInt16x8) {
    Ranges padded = *ranges;  // constants added since calibration have none
    padded.resize(main.tensors.size());
    plan_integer(graph, padded, plan);
  } else {
    plan_weights(graph, plan);
  }
  return plan;
}

Graph quantize(const Graph& graph, const QuantizerOptions& options, const Ranges* ranges) {
  return apply_plan(graph, plan_quantization(graph, options, ranges));
}

std::string QuantizationPlan::to_string(const Graph& graph) const {
  const Subgraph& main = graph.main();
  std::ostringstream out;
  for (size_t i = 0; i < operators.size(); ++i) {
    const Operator& op = main.operators[i];
    out << i << " " << op.display_name()
        << (operators[i].int16     ? " integer 16"
            : operators[i].integer ? " integer"
                                   : "")
        << "\n";
    const auto row = [&](const char* what, const std::vector<TensorId>& ids, const std::vector<Form>& forms) {
      for (size_t k = 0; k < ids.size(); ++k) {
        if (ids[k] == kNoTensor || forms[k].dtype == DType::kFloat32) continue;
        out << "  " << what << " " << k << " '" << main.tensors[ids[k]].name << "' ";
        print(out, forms[k]);
        out << "\n";
      }
    };
    row("input", op.inputs, operators[i].inputs);
    row("output", op.outputs, operators[i].outputs);
  }
  for (size_t id = 0; id < stored.size(); ++id) {
    if (stored[id].dtype == DType::kFloat32) continue;
    out << "stored '" << main.tensors[id].name << "' ";
    print(out, stored[id]);
    out << "\n";
  }
  return out.str();
}

}  // namespace litewright
