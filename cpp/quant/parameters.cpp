#include "quant/parameters.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/float16.h"
#include "core/unpack.h"

namespace litewright {
namespace {

// A range narrower than this is widened by as much on each side.
constexpr double kNarrowest = 1e-6;
constexpr float kLargestHalf = 65504.0f;

int64_t channel_count(const Tensor& tensor, const Quantization& q) {
  return q.per_channel() ? tensor.shape[q.axis] : 1;
}

// Calls f(element, channel) for every element along the quantized dimension.
template <class F>
void for_each_element(const Tensor& tensor, int axis, const F& f) {
  const int64_t count = num_elements(tensor.shape);
  if (axis < 0) {
    for (int64_t i = 0; i < count; ++i) f(i, 0);
    return;
  }
  const int64_t inner = elements_between(tensor.shape, axis + 1, tensor.shape.size());
  const int64_t extent = tensor.shape[axis];
  for (int64_t i = 0; i < count; ++i) f(i, i / inner % extent);
}

template <class T>
Bytes quantized(const Tensor& constant, const Quantization& q, double low, double high) {
  const auto values = constant.data.as<float>();
  std::vector<T> result(values.size());
  std::vector<float> inverse;
  for (float scale : q.scale) inverse.push_back(1.0f / scale);
  for_each_element(constant, q.per_channel() ? q.axis : -1, [&](int64_t i, int64_t c) {
    // Integers of 32 bits and more are biases, divided in double precision.
    const double scaled = sizeof(T) >= 4 ? static_cast<double>(values[i]) / static_cast<double>(q.scale[c])
                                         : static_cast<double>(values[i] * inverse[c]);
    result[i] = static_cast<T>(std::clamp(std::round(scaled) + static_cast<double>(q.zero(c)), low, high));
  });
  return Bytes::copy(result);
}

}  // namespace

Form fixed_form(float scale, int64_t zero_point, DType dtype) {
  return {dtype, {.scale = {scale}, .zero_point = {zero_point}}};
}

Form int8_activation(Range range) {
  double low = std::min(range.min, 0.0f), high = std::max(range.max, 0.0f);
  if (high - low < kNarrowest) {
    low -= kNarrowest;
    high += kNarrowest;
  }
  const float scale = (static_cast<float>(high) - static_cast<float>(low)) / 255.0f;
  const double zero = std::clamp(-128.0 - low / static_cast<double>(scale), -128.0, 127.0);
  return fixed_form(scale, static_cast<int64_t>(std::round(zero)), DType::kInt8);
}

Form constant_form(QuantMode mode, const Tensor& constant) {
  const Range range = range_of(constant);
  // TensorFlow centres the range of a constant that is all zeros.
  if (mode != QuantMode::kInt16x8 && range.min == 0 && range.max == 0)
    return fixed_form(1e-6f / 255.0f, 0, DType::kInt8);
  return activation_form(mode, range);
}

Form int16_activation(Range range) {
  const float bound = std::max({std::abs(range.min), std::abs(range.max), static_cast<float>(kNarrowest)});
  return fixed_form(bound / 32767.0f, 0, DType::kInt16);
}

Form activation_form(QuantMode mode, Range range) {
  return mode == QuantMode::kInt16x8 ? int16_activation(range) : int8_activation(range);
}

Form weight_form(const Tensor& weights, int axis, int bits) {
  const float most = bits == 4 ? 7.0f : 127.0f;
  const int64_t channels = axis < 0 ? 1 : weights.shape[axis];
  std::vector<float> bound(channels, 0.0f);
  const auto values = weights.data.as<float>();
  for_each_element(weights, axis,
                   [&](int64_t i, int64_t c) { bound[c] = std::max(bound[c], std::abs(values[i])); });
  Form form{bits == 4 ? DType::kInt4 : DType::kInt8, {.axis = std::max(axis, 0)}};
  for (float b : bound) form.quantization.scale.push_back(b > 0 ? b / most : 1.0f);
  form.quantization.zero_point.assign(channels, 0);
  return form;
}

Form bias_form(const Form& input, const Form& weights, DType dtype) {
  Form form{dtype, {}};
  for (float scale : weights.quantization.scale) {
    form.quantization.scale.push_back(
        static_cast<float>(static_cast<double>(input.quantization.scale[0]) * static_cast<double>(scale)));
  }
  form.quantization.zero_point.assign(form.quantization.scale.size(), 0);
  return form;
}

void widen_for_bias(Form& weights, const Form& input, const Tensor& bias) {
  const auto values = bias.data.as<float>();
  std::vector<float>& scales = weights.quantization.scale;
  const double most = 2147483647.0 / 2;
  for (size_t i = 0; i < values.size(); ++i) {
    float& scale = scales[scales.size() > 1 ? i : 0];
    const double product = static_cast<double>(input.quantization.scale[0]) * static_cast<double>(scale);
    if (std::abs(values[i]) / product > most)
      scale = static_cast<float>(std::abs(values[i]) / most / input.quantization.scale[0]);
  }
}

Bytes convert_constant(const Tensor& constant, const Form& form) {
  const Quantization& q = form.quantization;
  if (q.per_channel() && channel_count(constant, q) != static_cast<int64_t>(q.scale.size())) {
    fail(ErrorCode::kInternal, "constant '", constant.name, "' has another number of channels than its form");
  }
  switch (form.dtype) {
    case DType::kFloat16: {
      std::vector<uint16_t> halves;
      for (float value : constant.data.as<float>()) {
        halves.push_back(
            float_to_half(std::isnan(value) ? value : std::clamp(value, -kLargestHalf, kLargestHalf)).bits);
      }
      return Bytes::copy(halves);
    }
    case DType::kInt8:
      return quantized<int8_t>(constant, q, -128, 127);
    case DType::kInt4: {
      const Bytes bytes = quantized<int8_t>(constant, q, -7, 7);
      return Bytes::own(pack_sub_byte(DType::kInt4, bytes.data(), static_cast<int64_t>(bytes.size())));
    }
    case DType::kInt16:
      return quantized<int16_t>(constant, q, -32768, 32767);
    case DType::kInt32:
      return quantized<int32_t>(constant, q, -2147483648.0, 2147483647.0);
    case DType::kInt64:
      return quantized<int64_t>(constant, q, -9.2e18, 9.2e18);
    default:
      fail(ErrorCode::kInternal, "constants are not stored as ", dtype_name(form.dtype));
  }
}

Range range_of(const Tensor& constant) {
  Range range;
  for (float value : constant.data.as<float>()) {
    range.min = std::min(range.min, value);
    range.max = std::max(range.max, value);
  }
  return range;
}

}  // namespace litewright
