#include "ops/lstm_layer.h"

namespace litewright {
namespace {

constexpr int kAuxInput = 39;
constexpr LstmOperands kForward = {.output_state = 35,
                                   .cell_state = 36,
                                   .norm = {-1, -1, -1, -1},
                                   .aux_input = kAuxInput,
                                   .aux_weights = {40, 41, 42, 43}};
constexpr LstmOperands kBackward = {.weights = {18, 19, 20, 21},
                                    .recurrent = {22, 23, 24, 25},
                                    .peephole = {26, 27, -1, 28},
                                    .bias = {29, 30, 31, 32},
                                    .projection = 33,
                                    .projection_bias = 34,
                                    .output_state = 37,
                                    .cell_state = 38,
                                    .norm = {-1, -1, -1, -1},
                                    .aux_input = kAuxInput,
                                    .aux_weights = {44, 45, 46, 47}};

// Without auxiliary weights an auxiliary input is the backward direction's own input.
LstmOperands backward_operands(const NodeContext& c) {
  LstmOperands operands = kBackward;
  if (c.has_input(kAuxInput) && !c.has_input(41)) operands.input = kAuxInput;
  return operands;
}

LstmParams params_of(const NodeContext& c) {
  const auto& options = c.options<BidirectionalSequenceLSTMOptions>();
  return {options.fused_activation_function, options.cell_clip, options.proj_clip,
          options.asymmetric_quantize_inputs, options.time_major};
}

void infer(InferContext& c) {
  const bool merge = c.options<BidirectionalSequenceLSTMOptions>().merge_outputs;
  if (c.num_outputs() != (merge ? 1 : 2)) c.fail("it should have ", merge ? "one output" : "two outputs");
  if (c.input_shape(0).size() != 3) c.fail(c.describe_input(0), " should have 3 dimensions");
  if (c.input_dtype(0) != DType::kFloat32) c.fail(c.describe_input(0), " should be float32");
  const LstmOperands backward = backward_operands(c);
  if (c.input_shape(backward.input) != c.input_shape(0)) {
    c.fail(c.describe_input(backward.input), " should have the shape of ", c.describe_input(0));
  }
  if (c.has_input(41) != c.has_input(45)) c.fail("only one direction has auxiliary weights");
  const LstmSizes sizes[2] = {check_lstm(c, kForward, params_of(c)), check_lstm(c, backward, params_of(c))};
  Shape shape = c.input_shape(0);
  shape.back() = static_cast<int32_t>(sizes[0].output + (merge ? sizes[1].output : 0));
  c.set_output(0, DType::kFloat32, shape);
  if (merge) return;
  shape.back() = static_cast<int32_t>(sizes[1].output);
  c.set_output(1, DType::kFloat32, std::move(shape));
}

Kernel prepare(PrepareContext& c) {
  const bool merge = c.options<BidirectionalSequenceLSTMOptions>().merge_outputs;
  const LstmOperands backward = backward_operands(c);
  const int64_t forward_outputs = check_lstm(c, kForward, params_of(c)).output;
  struct Layers {
    LstmLayer forward, backward;
  };
  const auto layers = std::make_shared<const Layers>(
      Layers{LstmLayer(c, kForward, params_of(c)), LstmLayer(c, backward, params_of(c))});
  const int64_t stride = c.output_shape(0).back();
  const int64_t backward_stride = c.output_shape(merge ? 0 : 1).back();
  return [=](RunContext& r) {
    layers->forward.run(r, false, r.out<float>(0), stride);
    layers->backward.run(r, true, merge ? r.out<float>(0) + forward_outputs : r.out<float>(1),
                         backward_stride);
    return Status();
  };
}

constexpr auto kOptional = OperandDef::kOptional;

}  // namespace

extern const OpDef kBidirectionalSequenceLstm;
const OpDef kBidirectionalSequenceLstm = {
    .code = BuiltinOp::kBidirectionalSequenceLstm,
    .max_version = 3,
    .inputs = {{"input"},
               {"fw_input_to_input_weights", kOptional},
               {"fw_input_to_forget_weights"},
               {"fw_input_to_cell_weights"},
               {"fw_input_to_output_weights"},
               {"fw_recurrent_to_input_weights", kOptional},
               {"fw_recurrent_to_forget_weights"},
               {"fw_recurrent_to_cell_weights"},
               {"fw_recurrent_to_output_weights"},
               {"fw_cell_to_input_weights", kOptional},
               {"fw_cell_to_forget_weights", kOptional},
               {"fw_cell_to_output_weights", kOptional},
               {"fw_input_gate_bias", kOptional},
               {"fw_forget_gate_bias"},
               {"fw_cell_gate_bias"},
               {"fw_output_gate_bias"},
               {"fw_projection_weights", kOptional},
               {"fw_projection_bias", kOptional},
               {"bw_input_to_input_weights", kOptional},
               {"bw_input_to_forget_weights"},
               {"bw_input_to_cell_weights"},
               {"bw_input_to_output_weights"},
               {"bw_recurrent_to_input_weights", kOptional},
               {"bw_recurrent_to_forget_weights"},
               {"bw_recurrent_to_cell_weights"},
               {"bw_recurrent_to_output_weights"},
               {"bw_cell_to_input_weights", kOptional},
               {"bw_cell_to_forget_weights", kOptional},
               {"bw_cell_to_output_weights", kOptional},
               {"bw_input_gate_bias", kOptional},
               {"bw_forget_gate_bias"},
               {"bw_cell_gate_bias"},
               {"bw_output_gate_bias"},
               {"bw_projection_weights", kOptional},
               {"bw_projection_bias", kOptional},
               {"fw_output_state"},
               {"fw_cell_state"},
               {"bw_output_state"},
               {"bw_cell_state"},
               {"aux_input", kOptional},
               {"fw_aux_input_to_input_weights", kOptional},
               {"fw_aux_input_to_forget_weights", kOptional},
               {"fw_aux_input_to_cell_weights", kOptional},
               {"fw_aux_input_to_output_weights", kOptional},
               {"bw_aux_input_to_input_weights", kOptional},
               {"bw_aux_input_to_forget_weights", kOptional},
               {"bw_aux_input_to_cell_weights", kOptional},
               {"bw_aux_input_to_output_weights", kOptional}},
    .outputs = {{"forward_output"}, {"backward_output", kOptional}},
    .options = &schema_of<BidirectionalSequenceLSTMOptions>(),
    .infer = infer,
    .prepare = prepare,
    .quant = {.hybrid = QuantRule::kComputes,
              .hybrid_operands = {1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 16, 18, 19, 20, 21,
                                  22, 23, 24, 25, 26, 27, 28, 33, 40, 41, 42, 43, 44, 45, 46, 47}},
    .types = "float32; float32 with int8 weights",
    .fast_path = true,
    .stateful = true,
};

}  // namespace litewright
