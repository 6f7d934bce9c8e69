// Dense, masking and the layers that do nothing at inference.
#include <algorithm>

#include "core/error.h"
#include "importers/keras/lowering.h"

namespace litewright::keras {
namespace {

Results lower_identity(Lowering& layer) { return one(layer.input()); }

Results lower_dense(Lowering& layer) {
  const Config& config = layer.config();
  const TensorId x = layer.input();
  if (layer.rank(x) < 2) layer.unsupported("its input should have at least two dimensions");
  const auto units = static_cast<int32_t>(config.integer("units"));
  const int32_t in = layer.channels(x, -1);
  const TensorId kernel = transposed_constant(layer, layer.weight("kernel", {in, units}), in, units);
  TensorId bias = kNoTensor;
  if (config.flag("use_bias", true)) {
    const Weight weight = layer.weight("bias", {units});
    const auto values = weight.values();
    if (std::any_of(values.begin(), values.end(), [](float v) { return v != 0; }))
      bias = layer.constant(weight);
  }
  const TensorId y = layer.dense(layer.cast(x, DType::kFloat32), kernel, bias);
  return one(activate(layer, y, config.contains("activation") ? config.raw("activation") : Json()));
}

// Positions where every feature equals mask_value count as absent, and become zero.
Results lower_masking(Lowering& layer) {
  const TensorId x = layer.input();
  const TensorId differs =
      layer.op(BuiltinOp::kNotEqual, {x, layer.f(layer.config().number("mask_value", 0))}, NotEqualOptions{});
  const int last = layer.rank(x) - 1;
  const TensorId kept = layer.reduce(BuiltinOp::kReduceAny, differs, {last}, true);
  return one(layer.select(kept, x, layer.f(0)), layer.squeeze(kept, last));
}

constexpr MaskRule kPass = MaskRule::kPass;

}  // namespace

Rows core_layers() {
  static const LayerRow kRows[] = {
      {"Dense", lower_dense, kPass},
      {"Masking", lower_masking, MaskRule::kOwn},
      {"Identity", lower_identity, kPass},
      {"Dropout", lower_identity, kPass},
      {"SpatialDropout1D", lower_identity, kPass},
      {"SpatialDropout2D", lower_identity, kPass},
      {"SpatialDropout3D", lower_identity, kPass},
      {"GaussianDropout", lower_identity, kPass},
      {"AlphaDropout", lower_identity, kPass},
      {"GaussianNoise", lower_identity, kPass},
      {"ActivityRegularization", lower_identity, kPass},
      {"StochasticDepth", lower_identity, kPass},
  };
  return kRows;
}

}  // namespace litewright::keras
