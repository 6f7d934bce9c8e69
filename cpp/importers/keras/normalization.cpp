// Layers that shift and scale.
#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "importers/inverse_roots.h"
#include "importers/keras/lowering.h"

namespace litewright::keras {
namespace {

// The axes of a key that is one integer or a list, sorted.
Axes axes_of(Lowering& layer, const char* key, int64_t otherwise) {
  std::vector<int64_t> given = {otherwise};
  if (layer.config().has(key)) given = layer.config().integers(key);
  Axes axes;
  for (const int64_t axis : given) axes.push_back(layer.axis(layer.input(), axis));
  std::sort(axes.begin(), axes.end());
  if (axes.empty() || std::adjacent_find(axes.begin(), axes.end()) != axes.end())
    layer.config().bad(key, "made of different axes, one at least");
  return axes;
}

// A per-axis parameter in the shape that broadcasts against the input, without leading ones.
Shape broadcast_shape(Lowering& layer, const Axes& axes) {
  const TensorId x = layer.input();
  Shape shape;
  for (int i = axes.front(); i < layer.rank(x); ++i) {
    const bool kept = std::find(axes.begin(), axes.end(), i) != axes.end();
    shape.push_back(kept ? layer.channels(x, i) : 1);
  }
  return shape;
}

Shape extents_of(Lowering& layer, const Axes& axes) {
  Shape shape;
  for (const int32_t axis : axes) shape.push_back(layer.channels(layer.input(), axis));
  return shape;
}

Results lower_batch_normalization(Lowering& layer) {
  const Config& config = layer.config();
  const Axes axes = axes_of(layer, "axis", -1);
  const Shape shape = extents_of(layer, axes), broadcast = broadcast_shape(layer, axes);
  const auto count = static_cast<size_t>(num_elements(shape));
  const bool scaled = config.flag("scale", true), centered = config.flag("center", true);
  const Weight gamma = scaled ? layer.weight("gamma", shape) : Weight{};
  const Weight beta = centered ? layer.weight("beta", shape) : Weight{};
  const Weight mean = layer.weight("moving_mean", shape), variance = layer.weight("moving_variance", shape);
  const auto epsilon = static_cast<float>(config.number("epsilon", 1e-3));
  std::vector<float> factor(count), offset(count);
  for (size_t i = 0; i < count; ++i) factor[i] = variance.values()[i] + epsilon;
  inverse_roots(factor);
  for (size_t i = 0; i < count; ++i) {
    if (scaled) factor[i] *= gamma.values()[i];
    offset[i] = (centered ? beta.values()[i] : 0.0f) - mean.values()[i] * factor[i];
  }
  const TensorId x =
      layer.mul(layer.cast(layer.input(), DType::kFloat32), layer.floats(std::move(factor), broadcast));
  return one(layer.add(x, layer.floats(std::move(offset), broadcast)));
}

TensorId inverse_root(Ops& ops, TensorId x, double epsilon) {
  return ops.op(BuiltinOp::kRsqrt, {ops.add(x, ops.f(epsilon))});
}

Results lower_rms(Lowering& layer, const char* name, bool scaled) {
  const Axes axes = axes_of(layer, "axis", -1);
  const TensorId x = layer.input();
  const TensorId square = layer.mean(layer.mul(x, x), axes, true);
  TensorId y = layer.mul(x, inverse_root(layer, square, layer.config().number("epsilon", 1e-6)));
  if (scaled)
    y = layer.mul(y,
                  layer.constant(layer.weight(name, extents_of(layer, axes)), broadcast_shape(layer, axes)));
  return one(y);
}

Results lower_layer_normalization(Lowering& layer) {
  const Config& config = layer.config();
  if (config.flag("rms_scaling", false)) return lower_rms(layer, "gamma", true);
  const Axes axes = axes_of(layer, "axis", -1);
  const TensorId x = layer.input();
  const TensorId centered = layer.sub(x, layer.mean(x, axes, true));
  const TensorId variance = layer.mean(layer.mul(centered, centered), axes, true);
  const double epsilon = config.number("epsilon", 1e-3);
  TensorId scale = inverse_root(layer, variance, epsilon);
  const Shape shape = extents_of(layer, axes), broadcast = broadcast_shape(layer, axes);
  if (config.flag("scale", true))
    scale = layer.mul(scale, layer.constant(layer.weight("gamma", shape), broadcast));
  TensorId y = layer.mul(centered, scale);
  if (config.flag("center", true)) y = layer.add(y, layer.constant(layer.weight("beta", shape), broadcast));
  return one(y);
}

Results lower_rms_normalization(Lowering& layer) { return lower_rms(layer, "scale", true); }

Results lower_group_normalization(Lowering& layer) {
  const Config& config = layer.config();
  const TensorId x = layer.input();
  const int axis = layer.axis(x, config.integer("axis", -1));
  const int32_t channels = layer.channels(x, axis);
  int64_t groups = config.integer("groups", 32);
  if (groups == -1) groups = channels;
  if (groups < 1 || channels % groups != 0)
    config.bad("groups", concat("a divisor of the ", channels, " channels"));
  const auto parts = static_cast<int32_t>(groups);
  // Channels become [groups, channels / groups]; all else but the batch and the groups is averaged over.
  const TensorId split = layer.reshape_part(x, axis, axis + 1, {parts, channels / parts});
  Axes over;
  for (int i = 1; i < layer.rank(split); ++i) {
    if (i != axis) over.push_back(i);
  }
  const TensorId centered = layer.sub(split, layer.mean(split, over, true));
  const TensorId variance = layer.mean(layer.mul(centered, centered), over, true);
  TensorId y = layer.mul(centered, inverse_root(layer, variance, config.number("epsilon", 1e-3)));
  const Shape whole = layer.shape(x);
  Shape dims(whole.size(), -1);
  Axes source;
  for (int i = 0; i < static_cast<int>(whole.size()); ++i) {
    if (i == axis) dims[static_cast<size_t>(i)] = channels;
    source.push_back(i == axis ? -1 : i < axis ? i : i + 1);
  }
  y = layer.reshape(y, dims, source);
  const Shape broadcast = broadcast_shape(layer, {axis});
  if (config.flag("scale", true))
    y = layer.mul(y, layer.constant(layer.weight("gamma", {channels}), broadcast));
  if (config.flag("center", true))
    y = layer.add(y, layer.constant(layer.weight("beta", {channels}), broadcast));
  return one(y);
}

Results lower_unit_normalization(Lowering& layer) {
  const Axes axes = axes_of(layer, "axis", -1);
  const TensorId x = layer.input();
  if (axes.size() == 1 && axes[0] == layer.rank(x) - 1) {
    return one(layer.op(BuiltinOp::kL2Normalization, {x}, L2NormOptions{}));
  }
  const TensorId sum = layer.reduce(BuiltinOp::kSum, layer.mul(x, x), axes, true);
  return one(layer.mul(x, layer.op(BuiltinOp::kRsqrt, {layer.maximum(sum, layer.f(1e-12))})));
}

// Statistics from the configuration, or from adapt(), which keeps them as weights.
std::vector<float> statistic(Lowering& layer, const char* key, const char* name, const Shape& shape) {
  if (!layer.config().has(key)) {
    const Weight weight = layer.weight(name, shape);
    return {weight.values().begin(), weight.values().end()};
  }
  std::vector<float> values;
  const std::function<void(const Json&)> collect = [&](const Json& value) {
    if (value.is_array()) {
      for (const Json& item : value) collect(item);
    } else if (const std::optional<double> number = as_number(value)) {
      values.push_back(static_cast<float>(*number));
    } else {
      layer.config().bad(key, "made of numbers");
    }
  };
  collect(layer.config().raw(key));
  const auto count = static_cast<size_t>(num_elements(shape));
  if (values.size() == 1) values.resize(count, values[0]);
  if (values.size() != count) layer.config().bad(key, concat("a list of ", count));
  return values;
}

Results lower_normalization(Lowering& layer) {
  const Config& config = layer.config();
  const TensorId x = layer.cast(layer.input(), DType::kFloat32);
  const bool whole = config.contains("axis") && config.raw("axis").is_null();
  const bool none = whole || (config.has("axis") && config.integers("axis").empty());
  const Axes axes = none ? Axes{} : axes_of(layer, "axis", -1);
  const Shape shape = extents_of(layer, axes), broadcast = none ? Shape{} : broadcast_shape(layer, axes);
  std::vector<float> mean = statistic(layer, "mean", "mean", shape);
  std::vector<float> deviation = statistic(layer, "variance", "variance", shape);
  for (float& value : deviation) value = std::max(std::sqrt(value), 1e-7f);
  if (config.flag("invert", false)) {
    return one(layer.add(layer.mul(x, layer.floats(deviation, broadcast)), layer.floats(mean, broadcast)));
  }
  for (float& value : deviation) value = 1 / value;
  return one(layer.mul(layer.sub(x, layer.floats(mean, broadcast)), layer.floats(deviation, broadcast)));
}

// ConvNeXt's own layer.
Results lower_layer_scale(Lowering& layer) {
  const int32_t channels = layer.channels(layer.input(), -1);
  return one(layer.mul(layer.input(), layer.constant(layer.weight("variable", {channels}))));
}

constexpr MaskRule kPass = MaskRule::kPass;

}  // namespace

Rows normalization_layers() {
  static const LayerRow kRows[] = {
      {"BatchNormalization", lower_batch_normalization, kPass},
      {"SyncBatchNormalization", lower_batch_normalization, kPass},
      {"LayerNormalization", lower_layer_normalization, kPass},
      {"RMSNormalization", lower_rms_normalization, kPass},
      {"GroupNormalization", lower_group_normalization, kPass},
      {"UnitNormalization", lower_unit_normalization, kPass},
      {"LayerScale", lower_layer_scale},
      {"Normalization", lower_normalization},
  };
  return kRows;
}

}  // namespace litewright::keras
