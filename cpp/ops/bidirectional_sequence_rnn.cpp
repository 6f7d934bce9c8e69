#include "ops/rnn_layer.h"

namespace litewright {
namespace {

constexpr int kAuxInput = 9, kForwardAux = 10, kBackwardAux = 11;
constexpr RnnOperands kForward = {.aux_input = kAuxInput, .aux_weights = kForwardAux};
constexpr RnnOperands kBackward = {
    .weights = 5, .recurrent = 6, .bias = 7, .state = 8, .aux_input = kAuxInput, .aux_weights = kBackwardAux};

// Without auxiliary weights an auxiliary input is the backward direction's own input.
RnnOperands backward_operands(const NodeContext& c) {
  RnnOperands operands = kBackward;
  if (c.has_input(kAuxInput) && !c.has_input(kForwardAux)) operands.input = kAuxInput;
  return operands;
}

RnnParams params_of(const NodeContext& c) {
  const auto& options = c.options<BidirectionalSequenceRNNOptions>();
  return {options.fused_activation_function, options.asymmetric_quantize_inputs, options.time_major};
}

void infer(InferContext& c) {
  const bool merge = c.options<BidirectionalSequenceRNNOptions>().merge_outputs;
  if (c.num_outputs() != (merge ? 1 : 2)) c.fail("it should have ", merge ? "one output" : "two outputs");
  if (c.has_input(kForwardAux) != c.has_input(kBackwardAux))
    c.fail("only one direction has auxiliary weights");
  if (c.input_shape(0).size() != 3) c.fail(c.describe_input(0), " should have 3 dimensions");
  const RnnOperands backward = backward_operands(c);
  if (c.input_shape(backward.input) != c.input_shape(0)) {
    c.fail(c.describe_input(backward.input), " should have the shape of ", c.describe_input(0));
  }
  const int32_t units[2] = {check_rnn(c, kForward, params_of(c)), check_rnn(c, backward, params_of(c))};
  Shape shape = c.input_shape(0);
  shape.back() = units[0] + (merge ? units[1] : 0);
  c.set_output(0, DType::kFloat32, shape);
  if (merge) return;
  shape.back() = units[1];
  c.set_output(1, DType::kFloat32, std::move(shape));
}

Kernel prepare(PrepareContext& c) {
  const bool merge = c.options<BidirectionalSequenceRNNOptions>().merge_outputs;
  struct Layers {
    RnnLayer forward, backward;
  };
  const auto layers = std::make_shared<const Layers>(
      Layers{RnnLayer(c, kForward, params_of(c)), RnnLayer(c, backward_operands(c), params_of(c))});
  const int64_t forward_units = check_rnn(c, kForward, params_of(c));
  const int64_t stride = c.output_shape(0).back();
  const int64_t backward_stride = c.output_shape(merge ? 0 : 1).back();
  return [=](RunContext& r) {
    layers->forward.run(r, false, r.out<float>(0), stride);
    layers->backward.run(r, true, merge ? r.out<float>(0) + forward_units : r.out<float>(1), backward_stride);
    return Status();
  };
}

}  // namespace

extern const OpDef kBidirectionalSequenceRnn;
const OpDef kBidirectionalSequenceRnn = {
    .code = BuiltinOp::kBidirectionalSequenceRnn,
    .max_version = 3,
    .inputs = {{"input"},
               {"fw_input_weights"},
               {"fw_recurrent_weights"},
               {"fw_bias"},
               {"fw_hidden_state"},
               {"bw_input_weights"},
               {"bw_recurrent_weights"},
               {"bw_bias"},
               {"bw_hidden_state"},
               {"aux_input", OperandDef::kOptional},
               {"fw_aux_input_weights", OperandDef::kOptional},
               {"bw_aux_input_weights", OperandDef::kOptional}},
    .outputs = {{"forward_output"}, {"backward_output", OperandDef::kOptional}},
    .options = &schema_of<BidirectionalSequenceRNNOptions>(),
    .infer = infer,
    .prepare = prepare,
    .quant = {.hybrid = QuantRule::kComputes, .hybrid_operands = {1, 2, 5, 6, 10, 11}},
    .types = "float32; float32 with int8 weights",
    .fast_path = true,
    .stateful = true,
};

}  // namespace litewright
