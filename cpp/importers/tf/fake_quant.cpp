// Quantization that is only acted: values rounded to steps, as training for quantization does.
#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "importers/tf/lowering.h"

namespace litewright::tf {
namespace {

// floor((clamp(x) - low) / scale + 0.5) * scale + low; operands of one value or one for each channel.
TensorId stepped(Node& node, TensorId x, TensorId low, TensorId high, TensorId scale) {
  const TensorId bounded = node.minimum(node.maximum(x, low), high);
  const TensorId steps = node.add(node.div(node.sub(bounded, low), scale), node.f(0.5));
  return node.add(node.mul(node.op(BuiltinOp::kFloor, {steps}), scale), low);
}

struct Steps {
  float low, high, scale;
};

// The range moved so that 0 is a step.
Steps nudged(double low, double high, int64_t bits, bool narrow) {
  const float least = narrow ? 1 : 0, most = static_cast<float>((1 << bits) - 1);
  const float scale = static_cast<float>(high - low) / (most - least);
  const float zero = std::clamp(std::round(least - static_cast<float>(low) / scale), least, most);
  return {(least - zero) * scale, (most - zero) * scale, scale};
}

// Notes the first and the last step on a result of 8 bits: if it is weights, quantization keeps these steps.
Values noted(Node& node, TensorId result, int64_t bits, std::vector<float> low, std::vector<float> high) {
  if (bits == 8) {
    node.builder().tensor(result).quantization.min = std::move(low);
    node.builder().tensor(result).quantization.max = std::move(high);
  }
  return {result};
}

int64_t bits_of(Node& node) {
  const int64_t bits = node.integer("num_bits", 8);
  if (bits < 2 || bits > 16) node.damaged(concat("num_bits is ", bits));
  return bits;
}

Values fake_quantized(Node& node, double low, double high) {
  const int64_t bits = bits_of(node);
  const bool narrow = node.flag("narrow_range");
  if (!(low < high) || !std::isfinite(static_cast<float>(high - low)) || low > 0 || high < 0)
    node.damaged(concat("the range [", low, ", ", high, "] is not possible"));
  const Steps steps = nudged(low, high, bits, narrow);
  const TensorId result =
      narrow ? stepped(node, node.input(), node.f(steps.low), node.f(steps.high), node.f(steps.scale))
             : node.op(BuiltinOp::kFakeQuant, {node.input()},
                       FakeQuantOptions{static_cast<float>(low), static_cast<float>(high),
                                        static_cast<int32_t>(bits), false});
  return noted(node, result, bits, {steps.low}, {steps.high});
}

Values lower_args(Node& node) { return fake_quantized(node, node.real("min", -6), node.real("max", 6)); }

Values lower_vars(Node& node) {
  const std::optional<double> low = node.float_scalar(1), high = node.float_scalar(2);
  if (!low || !high) node.unsupported("its range should be constant");
  return fake_quantized(node, *low, *high);
}

std::vector<float> constant_floats(Node& node, int i) {
  const Tensor& tensor = node.builder().tensor(node.input(i));
  if (!tensor.is_constant || tensor.dtype != DType::kFloat32 || tensor.shape.size() != 1)
    node.unsupported("its range should be constant");
  const auto values = tensor.data.as<float>();
  return {values.begin(), values.end()};
}

Values lower_per_channel(Node& node) {
  const std::vector<float> low = constant_floats(node, 1), high = constant_floats(node, 2);
  if (low.size() != high.size()) node.damaged("its ranges differ in number");
  const int64_t bits = bits_of(node);
  std::vector<float> lows, highs, scales;
  for (size_t i = 0; i < low.size(); ++i) {
    if (!(low[i] < high[i]) || !std::isfinite(high[i] - low[i]))
      node.damaged(concat("the range [", low[i], ", ", high[i], "] is not possible"));
    const Steps steps = nudged(low[i], high[i], bits, node.flag("narrow_range"));
    lows.push_back(steps.low);
    highs.push_back(steps.high);
    scales.push_back(steps.scale);
  }
  const Shape shape = {static_cast<int32_t>(low.size())};
  const TensorId result = stepped(node, node.input(), node.floats(lows, shape), node.floats(highs, shape),
                                  node.floats(scales, shape));
  return noted(node, result, bits, lows, highs);
}

// Signed values are scaled symmetrically, unsigned ones from 0 on.
Values quantized_and_back(Node& node, int64_t bits) {
  const std::optional<double> low = node.float_scalar(1), high = node.float_scalar(2);
  if (!node.flag("range_given") || !low || !high) node.unsupported("its range should be given and constant");
  if (node.integer("axis", -1) != -1) node.unsupported("a range for each channel");
  const bool is_signed = node.flag("signed_input", true);
  const double least = is_signed ? -std::exp2(bits - 1) + (node.flag("narrow_range") ? 1 : 0) : 0;
  const double most = std::exp2(is_signed ? bits - 1 : bits) - 1;
  // The scale that neither end of the range exceeds.
  const double below = least * *low > 0 ? least / *low : std::numeric_limits<float>::max();
  const double above = most * *high > 0 ? most / *high : std::numeric_limits<float>::max();
  const double scale = std::min(below, above);
  if (!std::isfinite(scale) || scale <= 0) node.damaged("its range is not possible");
  const TensorId x = node.minimum(node.maximum(node.input(), node.f(least / scale)), node.f(most / scale));
  const TensorId wide = node.mul(x, node.f(scale));
  const bool half_up = node.text("round_mode", "HALF_TO_EVEN") == "HALF_UP";
  const TensorId rounded = half_up ? node.op(BuiltinOp::kFloor, {node.add(wide, node.f(0.5))})
                                   : node.op(BuiltinOp::kRound, {wide});
  return {node.mul(rounded, node.f(1 / scale))};
}
Values lower_and_back(Node& node) { return quantized_and_back(node, bits_of(node)); }
Values lower_and_back_v3(Node& node) { return quantized_and_back(node, node.scalar(3, "num_bits")); }

}  // namespace

Rows fake_quant_rows() {
  static const OpRow kRows[] = {
      {"FakeQuantWithMinMaxArgs", lower_args},
      {"FakeQuantWithMinMaxVars", lower_vars},
      {"FakeQuantWithMinMaxVarsPerChannel", lower_per_channel},
      {"QuantizeAndDequantizeV2", lower_and_back},
      {"QuantizeAndDequantizeV3", lower_and_back_v3},
      {"QuantizeAndDequantizeV4", lower_and_back},
  };
  return kRows;
}

}  // namespace litewright::tf
