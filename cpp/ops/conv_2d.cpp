// CONV_2D: input [N,H,W,C], filter [O,KH,KW,C/groups], bias [O] -> [N,OH,OW,O].
#include "ops/linear/conv.h"

namespace litewright {
namespace {

ConvWindow window_of(const NodeContext& context) {
  const Shape& in = context.input_shape(0);
  const Shape& filter = context.input_shape(1);
  if (in.size() != 4 || filter.size() != 4) {
    context.fail(context.describe_input(0), " and ", context.describe_input(1), " should have 4 dimensions");
  }
  if (filter[0] < 1 || filter[3] < 1 || in[3] % filter[3] != 0 ||
      filter[0] % std::max(in[3] / filter[3], 1) != 0 || in[3] < 1) {
    context.fail(context.describe_input(0), " does not go with the channels of ", context.describe_input(1));
  }
  const auto& options = context.options<Conv2DOptions>();
  ConvWindow window;
  window.batch = in[0];
  window.in_channels = in[3];
  window.out_channels = filter[0];
  window.groups = in[3] / filter[3];
  window.axis[1] = {
      .in = in[1], .kernel = filter[1], .stride = options.stride_h, .dilation = options.dilation_h_factor};
  window.axis[2] = {
      .in = in[2], .kernel = filter[2], .stride = options.stride_w, .dilation = options.dilation_w_factor};
  for (int i = 1; i < 3; ++i) solve_window(context, options.padding, window.axis[i]);
  window.weight_in_stride = 1;
  window.weight_tap_stride = filter[3];
  window.weight_out_stride = window.depth();
  return window;
}

void infer(InferContext& context) {
  const ConvWindow window = window_of(context);
  check_conv_types(context, 0, 1, 2, window.out_channels);
  context.set_output(0, context.input_dtype(0),
                     {static_cast<int32_t>(window.batch), static_cast<int32_t>(window.axis[1].out),
                      static_cast<int32_t>(window.axis[2].out), static_cast<int32_t>(window.out_channels)});
}

Kernel prepare(PrepareContext& context) {
  return prepare_conv(context, window_of(context),
                      context.options<Conv2DOptions>().fused_activation_function);
}

}  // namespace

extern const OpDef kConv2D;
const OpDef kConv2D = {
    .code = BuiltinOp::kConv2D,
    .max_version = 8,
    .inputs = {{"input"}, {"filter"}, {"bias", OperandDef::kOptional}},
    .options = &schema_of<Conv2DOptions>(),
    .infer = infer,
    .prepare = prepare,
    .quant = {.output = QuantRule::kOwnRange,
              .int16 = true,
              .weights = 1,
              .axis = 0,
              .bias = 2,
              .hybrid = QuantRule::kComputes,
              .hybrid_operands = {1}},
    .types = "float32, int8, uint8, int16; float32 with int8 or int4 weights",
    .fast_path = true,
};

}  // namespace litewright
