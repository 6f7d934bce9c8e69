// CONV_3D: input [N,D,H,W,C], filter [KD,KH,KW,C,O], bias [O] -> [N,OD,OH,OW,O].
#include "ops/linear/conv.h"

namespace litewright {
namespace {

ConvWindow window_of(const NodeContext& context) {
  const Shape& in = context.input_shape(0);
  const Shape& filter = context.input_shape(1);
  if (in.size() != 5 || filter.size() != 5) {
    context.fail(context.describe_input(0), " and ", context.describe_input(1), " should have 5 dimensions");
  }
  if (in[4] < 1 || filter[3] != in[4] || filter[4] < 1) {
    context.fail(context.describe_input(0), " does not go with the channels of ", context.describe_input(1));
  }
  const auto& options = context.options<Conv3DOptions>();
  ConvWindow window;
  window.batch = in[0];
  window.in_channels = in[4];
  window.out_channels = filter[4];
  window.axis[0] = {
      .in = in[1], .kernel = filter[0], .stride = options.stride_d, .dilation = options.dilation_d_factor};
  window.axis[1] = {
      .in = in[2], .kernel = filter[1], .stride = options.stride_h, .dilation = options.dilation_h_factor};
  window.axis[2] = {
      .in = in[3], .kernel = filter[2], .stride = options.stride_w, .dilation = options.dilation_w_factor};
  for (WindowAxis& axis : window.axis) solve_window(context, options.padding, axis);
  window.weight_in_stride = filter[4];
  window.weight_tap_stride = int64_t{filter[3]} * filter[4];
  window.weight_out_stride = 1;
  return window;
}

void infer(InferContext& context) {
  const ConvWindow window = window_of(context);
  if (context.input_dtype(0) != DType::kFloat32)
    context.fail(context.describe_input(0), " should be float32");
  check_conv_types(context, 0, 1, 2, window.out_channels);
  if (context.input_dtype(1) != DType::kFloat32)
    context.fail(context.describe_input(1), " should be float32");
  context.set_output(0, DType::kFloat32,
                     {static_cast<int32_t>(window.batch), static_cast<int32_t>(window.axis[0].out),
                      static_cast<int32_t>(window.axis[1].out), static_cast<int32_t>(window.axis[2].out),
                      static_cast<int32_t>(window.out_channels)});
}

Kernel prepare(PrepareContext& context) {
  return prepare_conv(context, window_of(context),
                      context.options<Conv3DOptions>().fused_activation_function);
}

}  // namespace

extern const OpDef kConv3D;
const OpDef kConv3D = {
    .code = BuiltinOp::kConv3D,
    .inputs = {{"input"}, {"filter"}, {"bias", OperandDef::kOptional}},
    .options = &schema_of<Conv3DOptions>(),
    .infer = infer,
    .prepare = prepare,
    .types = "float32",
    .fast_path = true,
};

}  // namespace litewright
