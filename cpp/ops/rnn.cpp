#include "ops/rnn_layer.h"

namespace litewright {
namespace {

RnnParams params_of(const NodeContext& c) {
  if (c.op().code == BuiltinOp::kRnn) {
    const RNNOptions& options = c.options<RNNOptions>();
    return {options.fused_activation_function, options.asymmetric_quantize_inputs};
  }
  const SequenceRNNOptions& options = c.options<SequenceRNNOptions>();
  return {options.fused_activation_function, options.asymmetric_quantize_inputs, options.time_major};
}

void infer(InferContext& c) {
  const size_t rank = c.op().code == BuiltinOp::kRnn ? 2 : 3;
  Shape shape = c.input_shape(0);
  if (shape.size() != rank) c.fail(c.describe_input(0), " should have ", rank, " dimensions");
  shape.back() = check_rnn(c, {}, params_of(c));
  c.set_output(0, DType::kFloat32, std::move(shape));
}

Kernel prepare(PrepareContext& c) {
  const auto layer = std::make_shared<const RnnLayer>(c, RnnOperands{}, params_of(c));
  return [layer, units = c.output_shape(0).back()](RunContext& r) {
    layer->run(r, false, r.out<float>(0), units);
    return Status();
  };
}

OpDef rnn_def(BuiltinOp code, const OptionsSchema* options) {
  return {
      .code = code,
      .max_version = 3,
      .inputs = {{"input"}, {"input_weights"}, {"recurrent_weights"}, {"bias"}, {"hidden_state"}},
      .options = options,
      .infer = infer,
      .prepare = prepare,
      .quant = {.hybrid = QuantRule::kComputes, .hybrid_operands = {1, 2}},
      .types = "float32; float32 with int8 weights",
      .fast_path = true,
      .stateful = true,
  };
}

}  // namespace

extern const OpDef kRnn, kUnidirectionalSequenceRnn;
const OpDef kRnn = rnn_def(BuiltinOp::kRnn, &schema_of<RNNOptions>());
const OpDef kUnidirectionalSequenceRnn =
    rnn_def(BuiltinOp::kUnidirectionalSequenceRnn, &schema_of<SequenceRNNOptions>());

}  // namespace litewright
