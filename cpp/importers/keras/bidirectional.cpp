// A recurrent layer run in both directions.
#include <algorithm>

#include "core/error.h"
#include "importers/keras/description.h"
#include "importers/keras/recurrent.h"

namespace litewright::keras {
namespace {

struct Direction {
  Json config;
  std::string class_name, name;
};

Direction direction(Lowering& layer, const char* key, const std::string& prefix) {
  const Config& config = layer.config();
  const bool own = config.has(key);
  const Json& json = config.raw(own ? key : "layer");
  if (!json.is_object() || !config_of(json).is_object()) config.bad(own ? key : "layer", "a layer");
  Direction result{config_of(json), class_of(json), layer_name(json)};
  if (!own && prefix == "backward_")
    result.config["go_backwards"] = !Config(result.config, config.where()).flag("go_backwards", false);
  if (!own && result.name.rfind(prefix, 0) != 0) {
    const size_t strip = result.name.rfind("forward_", 0) == 0 ? 8 : 0;
    result.name = prefix + result.name.substr(strip);
  }
  return result;
}

TensorId merged(Lowering& layer, const std::string& mode, TensorId a, TensorId b) {
  if (mode == "concat") return layer.concat({a, b}, layer.rank(a) - 1);
  if (mode == "sum") return layer.add(a, b);
  if (mode == "mul") return layer.mul(a, b);
  if (mode == "ave") return layer.mul(layer.add(a, b), layer.f(0.5));
  layer.config().bad("merge_mode", "'concat', 'sum', 'mul', 'ave' or null");
}

Results lower_bidirectional(Lowering& layer) {
  const Direction directions[] = {direction(layer, "forward_layer", "forward_"),
                                  direction(layer, "backward_layer", "backward_")};
  Ids initial = initial_states(layer, 64);
  if (initial.size() % 2 != 0)
    fail(ErrorCode::kInvalidModel, "is given an odd number of states for two directions");
  const size_t half = initial.size() / 2;
  Sequence parts[2];
  RecurrentOptions options;
  for (int i = 0; i < 2; ++i) {
    const Direction& each = directions[i];
    const Weights weights = layer.weights().child({i == 0 ? "forward_layer" : "backward_layer"}, each.name);
    Lowering inner(layer.importer(), Config(each.config, layer.config().where() + ", " + each.name), weights,
                   each.class_name, layer.call());
    options = recurrent_options(inner.config());
    options.zero_masked = options.sequences;
    const auto from = initial.begin() + static_cast<std::ptrdiff_t>(i == 0 ? 0 : half);
    const Ids states(from, from + static_cast<std::ptrdiff_t>(half));
    const int rank = conv_lstm_rank(each.class_name);
    parts[i] = rank > 0 ? lower_conv_recurrent(inner, rank, states, options)
                        : lower_recurrent(inner, layer.input(), states, layer.mask(), options);
  }
  if (options.sequences) parts[1].output = layer.reverse(parts[1].output, 1);
  const TensorId mask = options.sequences ? layer.mask() : kNoTensor;
  Results results;
  const Config& config = layer.config();
  if (config.contains("merge_mode") && config.raw("merge_mode").is_null()) {
    results = {{parts[0].output, mask}, {parts[1].output, mask}};
  } else {
    results = one(merged(layer, config.text("merge_mode", "concat"), parts[0].output, parts[1].output), mask);
  }
  if (options.state) {
    for (const Sequence& part : parts) {
      for (const TensorId id : part.states) results.push_back({id, kNoTensor});
    }
  }
  return results;
}

}  // namespace

Rows bidirectional_layers() {
  static const LayerRow kRows[] = {{"Bidirectional", lower_bidirectional, MaskRule::kOwn}};
  return kRows;
}

}  // namespace litewright::keras
