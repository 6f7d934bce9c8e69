#include "ops/lstm_basic.h"
#include "ops/lstm_integer.h"
#include "ops/lstm_layer.h"

namespace litewright {
namespace {

bool is_basic(const NodeContext& c) { return c.options<LSTMOptions>().kernel_type == LSTMKernelType::kBasic; }

LstmParams params_of(const NodeContext& c) {
  const LSTMOptions& options = c.options<LSTMOptions>();
  return {options.fused_activation_function, options.cell_clip, options.proj_clip,
          options.asymmetric_quantize_inputs};
}

void infer(InferContext& c) {
  if (is_basic(c)) return infer_basic_lstm(c);
  if (c.num_inputs() < 20 || c.num_outputs() != 1) c.fail("it should have 20 or 24 inputs and one output");
  if (c.input_shape(0).size() != 2) c.fail(c.describe_input(0), " should have 2 dimensions");
  const LstmSizes sizes = check_lstm(c, {}, params_of(c));
  c.set_output(0, c.input_dtype(0), {c.input_shape(0)[0], static_cast<int32_t>(sizes.output)});
}

Kernel prepare(PrepareContext& c) {
  if (is_basic(c)) return prepare_basic_lstm(c);
  const LstmParams params = params_of(c);
  if (check_lstm(c, {}, params).integer) return prepare_integer_lstm(c, {}, params);
  const auto layer = std::make_shared<const LstmLayer>(c, LstmOperands{}, params);
  return [layer, outputs = c.output_shape(0).back()](RunContext& r) {
    layer->run(r, false, r.out<float>(0), outputs);
    return Status();
  };
}

}  // namespace

extern const OpDef kLstm;
const OpDef kLstm = {
    .code = BuiltinOp::kLstm,
    .max_version = 4,
    // Of the basic kernel: input, previous activation, weights, bias, previous state.
    .inputs = {{"input"},
               {"input_to_input_weights", OperandDef::kOptional},
               {"input_to_forget_weights"},
               {"input_to_cell_weights"},
               {"input_to_output_weights"},
               {"recurrent_to_input_weights", OperandDef::kOptional},
               {"recurrent_to_forget_weights", OperandDef::kOptional},
               {"recurrent_to_cell_weights", OperandDef::kOptional},
               {"recurrent_to_output_weights", OperandDef::kOptional},
               {"cell_to_input_weights", OperandDef::kOptional},
               {"cell_to_forget_weights", OperandDef::kOptional},
               {"cell_to_output_weights", OperandDef::kOptional},
               {"input_gate_bias", OperandDef::kOptional},
               {"forget_gate_bias", OperandDef::kOptional},
               {"cell_gate_bias", OperandDef::kOptional},
               {"output_gate_bias", OperandDef::kOptional},
               {"projection_weights", OperandDef::kOptional},
               {"projection_bias", OperandDef::kOptional},
               {"output_state", OperandDef::kOptional},
               {"cell_state", OperandDef::kOptional},
               {"input_layer_norm_coefficients", OperandDef::kOptional},
               {"forget_layer_norm_coefficients", OperandDef::kOptional},
               {"cell_layer_norm_coefficients", OperandDef::kOptional},
               {"output_layer_norm_coefficients", OperandDef::kOptional}},
    .outputs = {{"output"},
                {"state", OperandDef::kOptional},
                {"concatenation", OperandDef::kOptional},
                {"gates", OperandDef::kOptional}},
    .options = &schema_of<LSTMOptions>(),
    .infer = infer,
    .prepare = prepare,
    .quant = {.output = QuantRule::kLstm,
              .hybrid = QuantRule::kComputes,
              .hybrid_operands = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 16}},
    .types = "float32, int8; float32 with int8 weights; uint8 (basic)",
    .fast_path = true,
    .stateful = true,
};

}  // namespace litewright
