// EinsumDense and the attention layers.
#include <algorithm>
#include <cmath>
#include <optional>

#include "core/error.h"
#include "importers/keras/description.h"
#include "importers/keras/einsum.h"
#include "importers/keras/lowering.h"

namespace litewright::keras {
namespace {

constexpr float kMasked = -1e9f;

Results lower_einsum_dense(Lowering& layer) {
  const Config& config = layer.config();
  const TensorId x = layer.input();
  const Shape kernel_shape = layer.weights().shape("kernel", 0);
  const Equation equation =
      parse_equation(config.text("equation"), layer.rank(x), static_cast<int>(kernel_shape.size()));
  const Weight kernel = layer.weight("kernel", kernel_shape);
  std::optional<Weight> bias;
  if (config.has("bias_axes") && !config.text("bias_axes").empty())
    bias = layer.weight("bias", layer.weights().shape("bias", 1));
  const TensorId y = einsum_dense(layer, equation, x, kernel, bias ? &*bias : nullptr);
  return one(activate(layer, y, config.contains("activation") ? config.raw("activation") : Json()));
}

struct Heads {
  int32_t count, size;
};

// x [b, ..., f] -> [b, ..., heads, size]; every result times `factor`.
TensorId project(Lowering& layer, const Weights& weights, TensorId x, Heads heads, bool biased,
                 double factor = 1) {
  const int32_t in = layer.channels(x, -1), width = heads.count * heads.size;
  const Weight kernel = weights.read("kernel", 0, {in, heads.count, heads.size});
  const Bytes turned = permuted(kernel, {in, width}, {1, 0});
  std::vector<float> matrix(turned.as<float>().begin(), turned.as<float>().end());
  for (float& value : matrix) value *= static_cast<float>(factor);
  TensorId offset = kNoTensor;
  if (biased) {
    const Weight bias = weights.read("bias", 1, {heads.count, heads.size});
    std::vector<float> values(bias.values().begin(), bias.values().end());
    for (float& value : values) value *= static_cast<float>(factor);
    offset = layer.floats(std::move(values), {width});
  }
  const TensorId y = layer.dense(x, layer.floats(std::move(matrix), {width, in}), offset);
  return layer.reshape_part(y, layer.rank(y) - 1, layer.rank(y), {heads.count, heads.size});
}

// [b, ..., heads, size] back to [b, ..., out].
TensorId project_back(Lowering& layer, const Weights& weights, TensorId x, Heads heads, bool biased) {
  const Shape shape = weights.shape("kernel", 0);
  if (shape.size() < 3 || shape[0] != heads.count || shape[1] != heads.size) {
    fail(ErrorCode::kInvalidModel, "the output projection has the shape ", to_string(shape));
  }
  const Shape out(shape.begin() + 2, shape.end());
  const int32_t in = heads.count * heads.size, width = static_cast<int32_t>(num_elements(out));
  const Weight kernel = weights.read("kernel", 0, shape);
  const TensorId matrix = layer.floats(permuted(kernel, {in, width}, {1, 0}), {width, in});
  const TensorId offset = biased ? layer.constant(weights.read("bias", 1, out), {width}) : kNoTensor;
  const TensorId flat = layer.reshape_part(x, layer.rank(x) - 2, layer.rank(x), {in});
  const TensorId y = layer.dense(flat, matrix, offset);
  return layer.reshape_part(y, layer.rank(y) - 1, layer.rank(y), out);
}

TensorId both(Lowering& layer, TensorId a, TensorId b) {
  if (a == kNoTensor) return b;
  return b == kNoTensor ? a : layer.op(BuiltinOp::kLogicalAnd, {a, b}, LogicalAndOptions{});
}

// 0, 1, 2 ... for dimension `axis` of x, in the shape `dims`.
TensorId counted(Lowering& layer, TensorId x, int axis, const Shape& dims) {
  const int32_t extent = layer.shape(x)[static_cast<size_t>(axis)];
  GraphBuilder& builder = layer.builder();
  TensorId numbers;
  if (extent >= 0) {
    Axes values;
    for (int32_t i = 0; i < extent; ++i) values.push_back(i);
    numbers = layer.ints(values);
  } else {
    numbers = layer.declared(BuiltinOp::kRange,
                             {builder.scalar<int32_t>(0), layer.extent(x, axis), builder.scalar<int32_t>(1)},
                             RangeOptions{}, DType::kInt32, {-1});
  }
  return layer.reshape(numbers, dims);
}

// [1, t, s]: which keys (dimension `key_axis` of `key`) a query may see.
TensorId position_mask(Lowering& layer, TensorId query, TensorId key, int axis, bool causal, int64_t window) {
  if (!causal && window <= 0) return kNoTensor;
  const TensorId rows = counted(layer, query, axis, {1, -1, 1}),
                 columns = counted(layer, key, axis, {1, 1, -1});
  TensorId mask = kNoTensor;
  if (causal) mask = layer.op(BuiltinOp::kGreaterEqual, {rows, columns}, GreaterEqualOptions{});
  if (window > 0) {
    const TensorId distance = layer.op(BuiltinOp::kAbs, {layer.sub(rows, columns)}, AbsOptions{});
    const TensorId limit = layer.builder().scalar(static_cast<int32_t>(std::min<int64_t>(window, INT32_MAX)));
    mask = both(layer, mask, layer.op(BuiltinOp::kLess, {distance, limit}, LessOptions{}));
  }
  return mask;
}

bool is_true(const Argument* argument) { return argument != nullptr && argument->value == true; }

struct Operand {
  TensorId id = kNoTensor, mask = kNoTensor;
};

Operand operand(Lowering& layer, const char* name, int position, const char* mask_name) {
  const Argument* argument = layer.argument(name, position);
  Operand found;
  if (argument != nullptr && argument->is_tensor()) found = {argument->tensor, argument->mask};
  const Argument* mask = layer.argument(mask_name);
  if (mask != nullptr && mask->is_tensor()) found.mask = mask->tensor;
  return found;
}

// The mask [b, t, s] that query, value and key masks, position and the argument attention_mask make together.
TensorId combined_mask(Lowering& layer, const Operand& query, const Operand& value, const Operand& key,
                       bool causal, int64_t window) {
  TensorId mask = kNoTensor;
  if (query.mask != kNoTensor) mask = layer.expand(layer.cast(query.mask, DType::kBool), 2);
  if (value.mask != kNoTensor)
    mask = both(layer, mask, layer.expand(layer.cast(value.mask, DType::kBool), 1));
  if (key.mask != kNoTensor && key.id != value.id)
    mask = both(layer, mask, layer.expand(layer.cast(key.mask, DType::kBool), 1));
  mask = both(layer, mask, position_mask(layer, query.id, value.id, 1, causal, window));
  const Argument* given = layer.argument("attention_mask");
  if (given == nullptr || !given->is_tensor()) return mask;
  TensorId wanted = layer.cast(given->tensor, DType::kBool);
  if (mask != kNoTensor && layer.rank(wanted) > layer.rank(mask)) mask = layer.expand(mask, 1);
  return both(layer, wanted, mask);
}

// `blind`: there may be queries that see no key; their weights are then zero.
TensorId masked_softmax(Lowering& layer, TensorId scores, TensorId mask, int head_axis, bool blind) {
  if (mask == kNoTensor) return layer.softmax(scores);
  while (layer.rank(mask) < layer.rank(scores)) mask = layer.expand(mask, head_axis);
  const TensorId weights = layer.softmax(layer.select(mask, scores, layer.f(kMasked)));
  return blind ? layer.select(mask, weights, layer.f(0)) : weights;
}

// The axes attended over, of the queries before they are projected.
Axes attended_axes(Lowering& layer, int rank) {
  Axes axes;
  if (layer.config().has("attention_axes")) {
    for (const int64_t axis : layer.config().integers("attention_axes"))
      axes.push_back(static_cast<int32_t>(axis < 0 ? axis + rank : axis));
  } else {
    for (int i = 1; i < rank - 1; ++i) axes.push_back(i);
  }
  for (const int32_t axis : axes) {
    if (axis < 1 || axis >= rank - 1)
      layer.config().bad("attention_axes", "axes between the batch and the features");
  }
  return axes;
}

// [b, ..., heads, size] -> [b, others.., heads, attended, size].
struct Arrangement {
  Axes order, attended;
  int batch_rank;
};
Arrangement arrange(int rank, const Axes& attended) {
  Arrangement result{{}, attended, 0};
  for (int i = 0; i < rank - 1; ++i) {
    if (std::find(attended.begin(), attended.end(), i) == attended.end()) result.order.push_back(i);
  }
  result.batch_rank = static_cast<int>(result.order.size());
  result.order.insert(result.order.end(), attended.begin(), attended.end());
  result.order.push_back(rank - 1);
  return result;
}
TensorId apply(Lowering& layer, const Arrangement& to, TensorId x) {
  x = layer.transpose(x, to.order);
  if (to.attended.size() == 1) return x;
  return layer.reshape_part(x, to.batch_rank, layer.rank(x) - 1, {-1});
}

Results lower_multi_head(Lowering& layer) {
  const Config& config = layer.config();
  const bool grouped = layer.class_name().rfind("Group", 0) == 0;
  const auto size = static_cast<int32_t>(config.integer(grouped ? "head_dim" : "key_dim"));
  const auto heads = static_cast<int32_t>(config.integer(grouped ? "num_query_heads" : "num_heads"));
  const auto kv_heads = grouped ? static_cast<int32_t>(config.integer("num_key_value_heads")) : heads;
  const auto value_size = grouped ? size : static_cast<int32_t>(config.integer("value_dim", size));
  if (size < 1 || heads < 1 || kv_heads < 1 || value_size < 1 || heads % kv_heads != 0) {
    config.bad(grouped ? "num_query_heads" : "num_heads", "a positive number that fits the other sizes");
  }
  const bool biased = config.flag("use_bias", true);
  // MultiHeadAttention goes by the mask that the query carries, whatever it is told.
  const Operand query = operand(layer, "query", 0, grouped ? "query_mask" : ""),
                value = operand(layer, "value", 1, "value_mask");
  Operand key = operand(layer, "key", 2, "key_mask");
  if (query.id == kNoTensor || value.id == kNoTensor)
    fail(ErrorCode::kInvalidModel, "is called without query or value");
  if (key.id == kNoTensor) key.id = value.id;
  const Weights& w = layer.weights();
  const TensorId q = project(layer, w.child({"query_dense", "_query_dense"}, "query"), query.id,
                             {heads, size}, biased, 1 / std::sqrt(size));
  const TensorId k =
      project(layer, w.child({"key_dense", "_key_dense"}, "key"), key.id, {kv_heads, size}, biased);
  const TensorId v = project(layer, w.child({"value_dense", "_value_dense"}, "value"), value.id,
                             {kv_heads, value_size}, biased);
  const Arrangement way =
      arrange(layer.rank(q), grouped ? Axes{1} : attended_axes(layer, layer.rank(query.id)));
  TensorId queries = apply(layer, way, q);
  const TensorId keys = apply(layer, way, k), values = apply(layer, way, v);
  const Shape split = layer.shape(queries);  // [b, heads, t, size]
  // Query heads that share a key head are more rows for it.
  const bool shared = heads != kv_heads;
  if (shared)
    queries = layer.reshape(queries, {-1, kv_heads, layer.channels(queries, 2) * (heads / kv_heads), size});
  TensorId scores = layer.matmul(queries, keys, false, true);
  if (shared) scores = layer.reshape(scores, {-1, heads, split[2], layer.shape(scores)[3]});
  const int64_t window = config.integer("sliding_window", 0);
  const bool causal = is_true(layer.argument("use_causal_mask"));
  if (way.attended.size() > 1 && (causal || window > 0 || layer.argument("attention_mask") != nullptr)) {
    layer.unsupported("masks with several attention_axes; flatten the axes in front of the layer");
  }
  const TensorId mask =
      way.attended.size() > 1 ? kNoTensor : combined_mask(layer, query, value, key, causal, window);
  const bool given = query.mask != kNoTensor || value.mask != kNoTensor || key.mask != kNoTensor ||
                     layer.argument("attention_mask") != nullptr;
  const TensorId weights = masked_softmax(layer, scores, mask, 1, given && layer.keras() >= 3);
  TensorId mixed =
      shared ? layer.reshape(weights, {-1, kv_heads, split[2] * (heads / kv_heads), layer.shape(weights)[3]})
             : weights;
  mixed = layer.matmul(mixed, values);
  if (shared) mixed = layer.reshape(mixed, {-1, heads, split[2], value_size});
  // Back to [b, ..., heads, size].
  if (way.attended.size() > 1) {
    Shape extents;
    for (const int32_t axis : way.attended) extents.push_back(layer.shape(q)[static_cast<size_t>(axis)]);
    mixed = layer.reshape_part(mixed, way.batch_rank, way.batch_rank + 1, extents);
  }
  Axes back(way.order.size());
  for (size_t i = 0; i < way.order.size(); ++i)
    back[static_cast<size_t>(way.order[i])] = static_cast<int32_t>(i);
  mixed = layer.transpose(mixed, back);
  if (config.flag("use_gate", false)) {
    const TensorId gate =
        project(layer, w.child({"gate_dense", "_gate_dense"}, "gate"), query.id, {heads, value_size}, biased);
    mixed = layer.mul(mixed, layer.sigmoid(gate));
  }
  const TensorId y = project_back(layer, w.child({"output_dense", "_output_dense"}, "attention_output"),
                                  mixed, {heads, value_size}, biased);
  Results results = one(y, query.mask);
  if (is_true(layer.argument("return_attention_scores"))) results.push_back({weights, kNoTensor});
  return results;
}

double scalar_weight(Lowering& layer, const char* name) { return layer.weight(name, {}).values()[0]; }

// Query and key summed pairwise: [b, t, s, d].
TensorId pairwise(Lowering& layer, TensorId query, TensorId key) {
  return layer.add(layer.expand(query, layer.rank(query) - 1), layer.expand(key, layer.rank(key) - 2));
}

Results lower_attention(Lowering& layer) {
  const Config& config = layer.config();
  const TensorId query = layer.input(0), value = layer.input(1),
                 key = layer.inputs().size() > 2 ? layer.input(2) : value;
  TensorId masks[2] = {layer.inputs()[0].mask, layer.inputs()[1].mask};
  if (const Argument* given = layer.argument("mask")) {
    for (size_t i = 0; i < std::min<size_t>(given->list.size(), 2); ++i) masks[i] = given->list[i].tensor;
  }
  TensorId scores;
  const int last = layer.rank(query) - 1;
  if (layer.class_name() == "AdditiveAttention") {
    TensorId sums = layer.tanh(pairwise(layer, query, key));
    if (config.flag("use_scale", true))
      sums = layer.mul(sums, layer.constant(layer.weight("scale", {layer.channels(query, -1)})));
    scores = layer.reduce(BuiltinOp::kSum, sums, {last + 1}, false);
  } else if (config.text("score_mode", "dot") == "concat") {
    const double scale = config.flag("use_scale", false) ? scalar_weight(layer, "scale") : 1;
    const double weight = scalar_weight(layer, "concat_score_weight");
    TensorId sums = pairwise(layer, query, key);
    if (scale != 1) sums = layer.mul(sums, layer.f(scale));
    scores = layer.mul(layer.reduce(BuiltinOp::kSum, layer.tanh(sums), {last + 1}, false), layer.f(weight));
  } else {
    scores = layer.matmul(query, key, false, true);
    if (config.flag("use_scale", false)) scores = layer.mul(scores, layer.f(scalar_weight(layer, "scale")));
  }
  const bool causal = is_true(layer.argument("use_causal_mask")) || config.flag("causal", false);
  TensorId mask = position_mask(layer, query, value, last - 1, causal, 0);
  if (masks[1] != kNoTensor)
    mask = both(layer, layer.expand(layer.cast(masks[1], DType::kBool), layer.rank(masks[1]) - 1), mask);
  const TensorId weights = masked_softmax(layer, scores, mask, 1, false);
  TensorId y = layer.matmul(weights, value);
  if (masks[0] != kNoTensor)
    y = layer.select(layer.expand(layer.cast(masks[0], DType::kBool), layer.rank(masks[0])), y, layer.f(0));
  Results results = one(y, masks[0]);
  if (is_true(layer.argument("return_attention_scores"))) results.push_back({weights, kNoTensor});
  return results;
}

constexpr MaskRule kOwn = MaskRule::kOwn;

}  // namespace

Rows attention_layers() {
  static const LayerRow kRows[] = {
      {"EinsumDense", lower_einsum_dense, MaskRule::kPass},
      {"MultiHeadAttention", lower_multi_head, kOwn},
      {"GroupQueryAttention", lower_multi_head, kOwn},
      {"GroupedQueryAttention", lower_multi_head, kOwn},
      {"Attention", lower_attention, kOwn},
      {"AdditiveAttention", lower_attention, kOwn},
  };
  return kRows;
}

}  // namespace litewright::keras
