#include "ops/linear/conv.h"

namespace litewright {
namespace {

bool is_small_int(DType dtype) {
  return dtype == DType::kInt8 || dtype == DType::kInt4 || dtype == DType::kInt2;
}

}  // namespace

void check_conv_types(const NodeContext& context, int input, int weights, int bias, int64_t out_channels) {
  const DType in = context.input_dtype(input), w = context.input_dtype(weights);
  const bool fits = (in == DType::kFloat32 && (w == DType::kFloat32 || is_small_int(w))) ||
                    (in == DType::kInt8 && is_small_int(w)) || (in == DType::kUInt8 && w == DType::kUInt8) ||
                    (in == DType::kInt16 && is_small_int(w));
  if (!fits)
    context.fail(context.describe_input(input), " does not go with ", context.describe_input(weights));
  if (!context.has_input(bias)) return;
  const DType b = context.input_dtype(bias);
  const bool bias_fits = in == DType::kFloat32
                             ? b == DType::kFloat32
                             : b == DType::kInt32 || (in == DType::kInt16 && b == DType::kInt64);
  if (!bias_fits)
    context.fail(context.describe_input(bias), " does not go with ", context.describe_input(input));
  if (num_elements(context.input_shape(bias)) != out_channels) {
    context.fail(context.describe_input(bias), " should have ", out_channels, " elements");
  }
}

Kernel prepare_conv(PrepareContext& context, const ConvWindow& window, Activation activation) {
  const bool fast_depthwise = is_depthwise(window) && !context.reference();
  switch (context.input_dtype(0)) {
    case DType::kFloat32:
      if (context.input_dtype(1) != DType::kFloat32) return prepare_hybrid_conv(context, window, activation);
      return fast_depthwise ? prepare_float_depthwise(context, window, activation)
                            : prepare_float_conv(context, window, activation);
    case DType::kInt16:
      return prepare_int16_conv(context, window, activation);
    default:
      return fast_depthwise ? prepare_int_depthwise(context, window, activation)
                            : prepare_int8_conv(context, window, activation);
  }
}

}  // namespace litewright
