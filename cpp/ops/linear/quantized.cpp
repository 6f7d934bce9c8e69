#include "ops/linear/quantized.h"

#include <algorithm>
#include <cmath>

namespace litewright {

std::vector<float> channel_scales(const NodeContext& context, int weights, int64_t channels) {
  const Quantization& q = context.input_quantization(weights);
  std::vector<float> scales = q.scale;
  if (scales.size() == 1) scales.assign(static_cast<size_t>(channels), scales[0]);
  if (static_cast<int64_t>(scales.size()) != channels) {
    context.fail(context.describe_input(weights), " has ", q.scale.size(), " scales for ", channels,
                 " channels");
  }
  for (size_t i = 0; i < scales.size(); ++i) {
    if (!std::isfinite(scales[i]) || scales[i] < 0) context.fail("weight scale ", i, " is ", scales[i]);
  }
  if (context.input_dtype(weights) != DType::kUInt8) {
    for (int64_t zero : q.zero_point) {
      if (zero != 0)
        context.fail(context.describe_input(weights), " has the zero point ", zero, "; it should be 0");
    }
  }
  return scales;
}

OutputStage output_stage(const NodeContext& context, int input, int weights, Activation activation,
                         int64_t channels) {
  const ScaleZero in = per_tensor_quantization(*context.input(input).tensor);
  const ScaleZero out = per_tensor_quantization(*context.output(0).tensor);
  const std::vector<float> scales = channel_scales(context, weights, channels);
  OutputStage stage;
  stage.zero = out.zero;
  stage.range =
      quantized_activation_range(activation, context.output_dtype(0), context.output_quantization(0));
  const bool legacy = context.input_dtype(input) == DType::kUInt8;  // whose product of scales is a float
  for (float scale : scales) {
    const double product =
        legacy ? static_cast<double>(in.scale * scale) : static_cast<double>(in.scale) * scale;
    stage.real.push_back(product / static_cast<double>(out.scale));
    stage.scale.push_back(in.scale * scale / out.scale);
    stage.fixed.push_back(quantize_multiplier(stage.real.back()));
  }
  return stage;
}

WideStage::WideStage(const OutputStage& stage) : lo_(stage.range.min), hi_(stage.range.max) {
  for (const QuantizedMultiplier& m : stage.fixed) {
    multiplier_.push_back(reduced_multiplier(m));
    shift_.push_back(15 - m.shift);
  }
}

RowScale row_scale(const RowOps& ops, bool asymmetric, int64_t n, const float* x) {
  float low = 0, high = 0;
  ops.min_max(n, x, &low, &high);
  return scale_of_range(asymmetric, low, high);
}

RowScale scale_of_range(bool asymmetric, float low, float high) {
  if (!asymmetric) {
    const float range = std::max(-low, high);
    if (!(range > 0) || !std::isfinite(range)) return {1.0f, 0, {0.0f, 0, -127}};
    return {range / 127.0f, 0, {127.0f / range, 0, -127}};
  }
  const double min = low, max = high, scale = (max - min) / 255.0;
  if (!(static_cast<float>(scale) > 0) || !std::isfinite(static_cast<float>(scale))) {
    return {1.0f, 0, {0.0f, 0, -128}};
  }
  const double from_min = -128 - min / scale, from_max = 127 - max / scale;
  const bool min_is_better = 128 + std::abs(min / scale) < 127 + std::abs(max / scale);
  const double zero = std::clamp(round_half_away(min_is_better ? from_min : from_max), -128.0, 127.0);
  const auto stored_scale = static_cast<float>(scale);
  return {stored_scale, static_cast<int32_t>(zero), {1.0f / stored_scale, static_cast<int32_t>(zero), -128}};
}

void quantize_values(const RowOps& ops, int64_t n, const float* x, const RowQuantization& to, uint8_t flip,
                     int8_t* out) {
  if (to.inverse_scale == 0) {  // all are 0, or there is no usable scale
    std::fill_n(out, n, static_cast<int8_t>(flip));
  } else {
    ops.quantize_s8(n, x, to, flip, out);
  }
}

RowScale quantize_row(const RowOps& ops, bool asymmetric, int64_t n, const float* x, int8_t* out) {
  const RowScale row = row_scale(ops, asymmetric, n, x);
  quantize_values(ops, n, x, row.to, 0, out);
  return row;
}

SignedWeights::SignedWeights(DType dtype, const uint8_t* data, size_t count)
    : data_(reinterpret_cast<const int8_t*>(data)) {
  if (dtype != DType::kUInt8) return;
  storage_.resize(count);
  for (size_t i = 0; i < count; ++i) storage_[i] = static_cast<int8_t>(data[i] - 128);
  data_ = storage_.data();
}

}  // namespace litewright
