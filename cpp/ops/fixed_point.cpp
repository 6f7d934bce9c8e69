#include "ops/fixed_point.h"

#include <algorithm>

namespace litewright {

QuantizedMultiplier quantize_multiplier(double real) {
  if (!std::isfinite(real)) fail(ErrorCode::kInvalidModel, "scales ask for a multiplier of ", real);
  if (real == 0) return {};
  int shift = 0;
  int64_t fixed =
      static_cast<int64_t>(round_half_away(std::frexp(real, &shift) * static_cast<double>(int64_t{1} << 31)));
  if (std::abs(fixed) == int64_t{1} << 31) {
    fixed /= 2;
    ++shift;
  }
  if (shift < -31) return {};
  if (shift > 31) fail(ErrorCode::kInvalidModel, "scales ask for a multiplier of ", real);
  return {static_cast<int32_t>(fixed), shift};
}

IntRange quantized_type_range(DType dtype) {
  switch (dtype) {
    case DType::kInt8:
      return {-128, 127};
    case DType::kUInt8:
      return {0, 255};
    case DType::kInt16:
      return {-32768, 32767};
    case DType::kUInt16:
      return {0, 65535};
    case DType::kInt4:
      return {-8, 7};
    case DType::kUInt4:
      return {0, 15};
    case DType::kInt2:
      return {-2, 1};
    case DType::kInt32:
      return {std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max()};
    default:
      fail(ErrorCode::kInvalidModel, dtype_name(dtype), " is not a quantized type");
  }
}

IntRange quantized_activation_range(Activation activation, DType dtype, const Quantization& quantization) {
  IntRange range = quantized_type_range(dtype);
  const ValueRange<float> real = activation_range<float>(activation);
  const float scale = quantization.quantized() ? quantization.scale[0] : 1.0f;
  const auto stored = [&](float value) {
    const double q = round_half_away(value / scale) + static_cast<double>(quantization.zero());
    return static_cast<int32_t>(std::clamp<double>(q, range.min, range.max));
  };
  if (std::isfinite(real.min)) range.min = stored(real.min);
  if (std::isfinite(real.max)) range.max = stored(real.max);
  return range;
}

ScaleZero per_tensor_quantization(const Tensor& tensor) {
  const Quantization& q = tensor.quantization;
  if (q.scale.size() != 1 || !(q.scale[0] > 0) || !std::isfinite(q.scale[0])) {
    fail(ErrorCode::kInvalidModel, "tensor '", tensor.name, "' needs one positive scale");
  }
  const int64_t zero = q.zero();
  if (zero < std::numeric_limits<int32_t>::min() || zero > std::numeric_limits<int32_t>::max()) {
    fail(ErrorCode::kInvalidModel, "tensor '", tensor.name, "' has the zero point ", zero);
  }
  return {q.scale[0], static_cast<int32_t>(zero)};
}

}  // namespace litewright
