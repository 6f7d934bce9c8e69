// TRANSPOSE_CONV: output_shape [4], filter [O,KH,KW,I], input [N,H,W,I], bias [O] -> output_shape.
#include "ops/linear/transpose_conv.h"

#include "ops/linear/conv.h"

namespace litewright {
namespace {

ConvWindow window_of(const ValueContext& context) {
  const Shape& filter = context.input_shape(1);
  const Shape& in = context.input_shape(2);
  const std::vector<int64_t> out = context.ints(0);
  if (in.size() != 4 || filter.size() != 4 || out.size() != 4) {
    context.fail(context.describe_input(0), ", ", context.describe_input(1), " and ",
                 context.describe_input(2), " should have 4 elements, 4 dimensions and 4 dimensions");
  }
  if (in[3] != filter[3] || in[3] < 1 || out[0] != in[0] || out[3] != filter[0]) {
    context.fail(context.describe_input(2), " and ", context.describe_input(1), " do not make [", out[0],
                 ", ", out[1], ", ", out[2], ", ", out[3], "]");
  }
  const auto& options = context.options<TransposeConvOptions>();
  ConvWindow window;
  window.batch = in[0];
  window.in_channels = filter[0];
  window.out_channels = in[3];
  window.axis[1] = {.in = out[1], .kernel = filter[1], .stride = options.stride_h};
  window.axis[2] = {.in = out[2], .kernel = filter[2], .stride = options.stride_w};
  for (int i = 1; i < 3; ++i) {
    if (out[i] < 1) context.fail("the output shape has the dimension ", out[i]);
    if (options.padding == Padding::kSame || window.axis[i].stride < 1) {
      solve_window(context, options.padding, window.axis[i]);
    }
    window.axis[i].out = in[i];
  }
  window.weight_in_stride = int64_t{filter[1]} * filter[2] * filter[3];
  window.weight_tap_stride = filter[3];
  window.weight_out_stride = 1;
  return window;
}

void infer(InferContext& context) {
  const ConvWindow window = window_of(context);
  check_conv_types(context, 2, 1, 3, window.in_channels);
  context.set_output(0, context.input_dtype(2),
                     {static_cast<int32_t>(window.batch), static_cast<int32_t>(window.axis[1].in),
                      static_cast<int32_t>(window.axis[2].in), static_cast<int32_t>(window.in_channels)});
}

Kernel prepare(PrepareContext& context) {
  return prepare_transpose_conv(context, window_of(context),
                                context.options<TransposeConvOptions>().fused_activation_function);
}

}  // namespace

extern const OpDef kTransposeConv;
const OpDef kTransposeConv = {
    .code = BuiltinOp::kTransposeConv,
    .max_version = 5,
    .inputs = {{"output_shape"}, {"filter"}, {"input"}, {"bias", OperandDef::kOptional}},
    .options = &schema_of<TransposeConvOptions>(),
    .infer = infer,
    .prepare = prepare,
    .quant = {.output = QuantRule::kOwnRange,
              .int16 = true,
              .weights = 1,
              .axis = 0,
              .bias = 3,
              .hybrid = QuantRule::kWeightOnly,
              .hybrid_operands = {1}},
    .types = "float32, int8, uint8, int16; float32 with int8 weights",
    .fast_path = true,
};

}  // namespace litewright
