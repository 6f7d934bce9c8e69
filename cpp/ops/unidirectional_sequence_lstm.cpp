#include "ops/lstm_integer.h"
#include "ops/lstm_layer.h"

namespace litewright {
namespace {

LstmParams params_of(const NodeContext& c) {
  const auto& options = c.options<UnidirectionalSequenceLSTMOptions>();
  return {options.fused_activation_function, options.cell_clip, options.proj_clip,
          options.asymmetric_quantize_inputs, options.time_major};
}

void infer(InferContext& c) {
  if (c.input_shape(0).size() != 3) c.fail(c.describe_input(0), " should have 3 dimensions");
  const LstmSizes sizes = check_lstm(c, {}, params_of(c));
  Shape shape = c.input_shape(0);
  shape.back() = static_cast<int32_t>(sizes.output);
  c.set_output(0, c.input_dtype(0), std::move(shape));
}

Kernel prepare(PrepareContext& c) {
  const LstmParams params = params_of(c);
  if (check_lstm(c, {}, params).integer) return prepare_integer_lstm(c, {}, params);
  const auto layer = std::make_shared<const LstmLayer>(c, LstmOperands{}, params);
  return [layer, outputs = c.output_shape(0).back()](RunContext& r) {
    layer->run(r, false, r.out<float>(0), outputs);
    return Status();
  };
}

}  // namespace

extern const OpDef kUnidirectionalSequenceLstm;
const OpDef kUnidirectionalSequenceLstm = {
    .code = BuiltinOp::kUnidirectionalSequenceLstm,
    .max_version = 4,
    .inputs = {{"input"},
               {"input_to_input_weights", OperandDef::kOptional},
               {"input_to_forget_weights"},
               {"input_to_cell_weights"},
               {"input_to_output_weights"},
               {"recurrent_to_input_weights", OperandDef::kOptional},
               {"recurrent_to_forget_weights"},
               {"recurrent_to_cell_weights"},
               {"recurrent_to_output_weights"},
               {"cell_to_input_weights", OperandDef::kOptional},
               {"cell_to_forget_weights", OperandDef::kOptional},
               {"cell_to_output_weights", OperandDef::kOptional},
               {"input_gate_bias", OperandDef::kOptional},
               {"forget_gate_bias"},
               {"cell_gate_bias"},
               {"output_gate_bias"},
               {"projection_weights", OperandDef::kOptional},
               {"projection_bias", OperandDef::kOptional},
               {"output_state"},
               {"cell_state"},
               {"input_layer_norm_coefficients", OperandDef::kOptional},
               {"forget_layer_norm_coefficients", OperandDef::kOptional},
               {"cell_layer_norm_coefficients", OperandDef::kOptional},
               {"output_layer_norm_coefficients", OperandDef::kOptional}},
    .options = &schema_of<UnidirectionalSequenceLSTMOptions>(),
    .infer = infer,
    .prepare = prepare,
    .quant = {.output = QuantRule::kLstm,
              .hybrid = QuantRule::kComputes,
              .hybrid_operands = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 16}},
    .types = "float32, int8; float32 with int8 weights",
    .fast_path = true,
    .stateful = true,
};

}  // namespace litewright
