// CONV_3D_TRANSPOSE: output_shape [5], filter [KD,KH,KW,O,I], input [N,D,H,W,I], bias [O] -> output_shape.
#include "ops/linear/conv.h"
#include "ops/linear/transpose_conv.h"

namespace litewright {
namespace {

ConvWindow window_of(const ValueContext& context) {
  const Shape& filter = context.input_shape(1);
  const Shape& in = context.input_shape(2);
  const std::vector<int64_t> out = context.ints(0);
  if (in.size() != 5 || filter.size() != 5 || out.size() != 5) {
    context.fail(context.describe_input(0), ", ", context.describe_input(1), " and ",
                 context.describe_input(2), " should have 5 elements, 5 dimensions and 5 dimensions");
  }
  if (in[4] != filter[4] || in[4] < 1 || out[0] != in[0] || out[4] != filter[3]) {
    context.fail(context.describe_input(2), " and ", context.describe_input(1),
                 " do not make the output shape");
  }
  const auto& options = context.options<Conv3DOptions>();
  ConvWindow window;
  window.batch = in[0];
  window.in_channels = filter[3];
  window.out_channels = in[4];
  window.axis[0] = {
      .in = out[1], .kernel = filter[0], .stride = options.stride_d, .dilation = options.dilation_d_factor};
  window.axis[1] = {
      .in = out[2], .kernel = filter[1], .stride = options.stride_h, .dilation = options.dilation_h_factor};
  window.axis[2] = {
      .in = out[3], .kernel = filter[2], .stride = options.stride_w, .dilation = options.dilation_w_factor};
  for (int i = 0; i < 3; ++i) {
    if (out[i + 1] < 1) context.fail("the output shape has the dimension ", out[i + 1]);
    if (options.padding == Padding::kSame || window.axis[i].stride < 1 || window.axis[i].dilation < 1) {
      solve_window(context, options.padding, window.axis[i]);
    }
    window.axis[i].out = in[i + 1];
  }
  window.weight_in_stride = filter[4];
  window.weight_tap_stride = int64_t{filter[3]} * filter[4];
  window.weight_out_stride = 1;
  return window;
}

void infer(InferContext& context) {
  const ConvWindow window = window_of(context);
  for (int i = 1; i < 3; ++i) {
    if (context.input_dtype(i) != DType::kFloat32)
      context.fail(context.describe_input(i), " should be float32");
  }
  check_conv_types(context, 2, 1, 3, window.in_channels);
  Shape shape = {static_cast<int32_t>(window.batch)};
  for (const WindowAxis& axis : window.axis) shape.push_back(static_cast<int32_t>(axis.in));
  shape.push_back(static_cast<int32_t>(window.in_channels));
  context.set_output(0, DType::kFloat32, shape);
}

Kernel prepare(PrepareContext& context) {
  return prepare_transpose_conv(context, window_of(context),
                                context.options<Conv3DOptions>().fused_activation_function);
}

}  // namespace

extern const OpDef kConv3DTranspose;
const OpDef kConv3DTranspose = {
    .code = BuiltinOp::kConv3DTranspose,
    .inputs = {{"output_shape"}, {"filter"}, {"input"}, {"bias", OperandDef::kOptional}},
    .options = &schema_of<Conv3DOptions>(),
    .infer = infer,
    .prepare = prepare,
    .types = "float32",
    .fast_path = true,
};

}  // namespace litewright
