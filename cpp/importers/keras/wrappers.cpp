// Layers around a layer.
#include "core/error.h"
#include "importers/keras/description.h"
#include "importers/keras/lowering.h"

namespace litewright::keras {
namespace {

Results lower_wrapper(Lowering& layer) {
  return layer.lower_layer(layer.config().raw("layer"), layer.weights().child({"layer"}), layer.call());
}

// Time steps are more of the batch: [b, t, ...] -> [b * t, ...], the layer, and back.
Results lower_time_distributed(Lowering& layer) {
  const Json& inner = layer.config().raw("layer");
  const Weights weights = layer.weights().child({"layer"});
  const TensorId x = layer.input();
  if (layer.rank(x) < 3) fail(ErrorCode::kInvalidModel, "its input should have at least three dimensions");
  if (class_of(inner) == "Dense" || class_of(inner) == "Dropout")
    return layer.lower_layer(inner, weights, layer.call());
  const Shape from = layer.shape(x);
  Shape merged = {-1};
  Axes source = {-1};
  for (int i = 2; i < layer.rank(x); ++i) {
    merged.push_back(-1);
    source.push_back(i);
  }
  Call call;
  call.args.push_back({.tensor = layer.reshape(x, merged, source)});
  Results results = layer.lower_layer(inner, weights, call);
  for (Value& value : results) {
    Shape dims = layer.shape(value.id);
    if (dims.empty()) fail(ErrorCode::kInvalidModel, "its layer gives back a single number");
    Axes rest(dims.size(), -1);
    for (size_t i = 1; i < dims.size(); ++i) rest[i] = static_cast<int32_t>(i);
    if (from[1] >= 0) {
      dims[0] = from[1];
      dims.insert(dims.begin(), -1);
      rest[0] = -1;
      rest.insert(rest.begin(), -1);
      value.id = layer.reshape(value.id, dims, rest);
      continue;
    }
    if (!is_static(Shape(dims.begin() + 1, dims.end())))
      layer.unsupported("more than one of its extents is unknown");
    dims[0] = -1;
    dims.insert(dims.begin(), -1);
    rest.insert(rest.begin(), 0);
    rest[1] = 1;
    const TensorId shape = layer.extents(x, dims, rest);
    value.id = layer.declared(BuiltinOp::kReshape, {value.id, shape}, {}, layer.dtype(value.id), dims);
  }
  return results;
}

}  // namespace

Rows wrapper_layers() {
  static const LayerRow kRows[] = {
      {"TimeDistributed", lower_time_distributed, MaskRule::kPass},
      {"SpectralNormalization", lower_wrapper, MaskRule::kOwn},
      {"Wrapper", lower_wrapper, MaskRule::kOwn},
  };
  return kRows;
}

}  // namespace litewright::keras
