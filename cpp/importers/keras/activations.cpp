// keras.activations, and the layers that are nothing but an activation.
#include <cmath>
#include <string_view>
#include <unordered_map>

#include "core/error.h"
#include "importers/keras/lowering.h"

namespace litewright::keras {
namespace {

constexpr double kSeluScale = 1.05070098735548049342, kSeluAlpha = 1.67326324235437728482;

TensorId compare(Ops& ops, BuiltinOp code, TensorId x, double value) {
  return ops.op(code, {x, ops.f(value)});
}

TensorId swish(Ops& ops, TensorId x) { return ops.mul(x, ops.sigmoid(x)); }
TensorId softplus(Ops& ops, TensorId x) {
  return ops.op(BuiltinOp::kLog, {ops.add(ops.op(BuiltinOp::kExp, {x}), ops.f(1))});
}
TensorId elu(Ops& ops, TensorId x, double alpha) {
  const TensorId unit = ops.op(BuiltinOp::kElu, {x});
  if (alpha == 1) return unit;
  return ops.select(compare(ops, BuiltinOp::kGreater, x, 0), x, ops.mul(unit, ops.f(alpha)));
}
TensorId selu(Ops& ops, TensorId x) {
  const TensorId negative = ops.mul(ops.op(BuiltinOp::kElu, {x}), ops.f(kSeluScale * kSeluAlpha));
  return ops.select(compare(ops, BuiltinOp::kGreater, x, 0), ops.mul(x, ops.f(kSeluScale)), negative);
}
TensorId celu(Ops& ops, TensorId x, double alpha) {
  if (alpha == 1) return ops.op(BuiltinOp::kElu, {x});
  return ops.mul(ops.op(BuiltinOp::kElu, {ops.mul(x, ops.f(1 / alpha))}), ops.f(alpha));
}
TensorId clipped(Ops& ops, TensorId x, double low, double high) {
  if (low == -1 && high == 1) return ops.op(BuiltinOp::kReluN1To1, {x});
  if (low == 0 && high == 6) return ops.op(BuiltinOp::kRelu6, {x});
  const TensorId top = ops.minimum(x, ops.f(high));
  return low == 0 ? ops.relu(top) : ops.maximum(top, ops.f(low));
}
TensorId hard_sigmoid_3(Ops& ops, TensorId x) {
  return ops.mul(clipped(ops, ops.add(x, ops.f(3)), 0, 6), ops.f(1.0 / 6));
}
TensorId hard_sigmoid_2(Ops& ops, TensorId x) {
  return clipped(ops, ops.add(ops.mul(x, ops.f(0.2)), ops.f(0.5)), 0, 1);
}
TensorId log_softmax(Ops& ops, TensorId x, int64_t axis) {
  const int at = ops.axis(x, axis), last = ops.rank(x) - 1;
  Axes swap;
  for (int i = 0; i <= last; ++i) swap.push_back(i == at ? last : i == last ? at : i);
  return ops.transpose(ops.op(BuiltinOp::kLogSoftmax, {ops.transpose(x, swap)}, LogSoftmaxOptions{}), swap);
}
TensorId soft_shrink(Ops& ops, TensorId x, double threshold) {
  return ops.sub(x, clipped(ops, x, -threshold, threshold));
}
TensorId hard_shrink(Ops& ops, TensorId x, double threshold) {
  return ops.select(compare(ops, BuiltinOp::kGreater, ops.op(BuiltinOp::kAbs, {x}), threshold), x, ops.f(0));
}
TensorId sparse_plus(Ops& ops, TensorId x) {
  const TensorId middle = ops.add(clipped(ops, x, -1, 1), ops.f(1));
  return ops.add(ops.mul(ops.mul(middle, middle), ops.f(0.25)), ops.relu(ops.sub(x, ops.f(1))));
}
TensorId squareplus(Ops& ops, TensorId x, double b) {
  const TensorId root = ops.op(BuiltinOp::kSqrt, {ops.add(ops.mul(x, x), ops.f(b))});
  return ops.mul(ops.add(x, root), ops.f(0.5));
}
TensorId glu(Ops& ops, TensorId x, int64_t axis) {
  const Ids halves = ops.split(x, 2, ops.axis(x, axis));
  return ops.mul(halves[0], ops.sigmoid(halves[1]));
}
// As Keras computes it: sort, find how many entries stay positive, shift by what their running sums say.
TensorId sparsemax(Ops& ops, TensorId x, int64_t axis) {
  const int at = ops.axis(x, axis), last = ops.rank(x) - 1;
  Axes swap;
  for (int i = 0; i <= last; ++i) swap.push_back(i == at ? last : i == last ? at : i);
  const TensorId z = ops.transpose(x, swap);
  const int32_t count = ops.shape(z)[static_cast<size_t>(last)];
  if (count < 0) fail(ErrorCode::kUnsupported, "sparsemax over an unknown number of entries");
  const TensorId sorted =
      ops.builder().add_multi(BuiltinOp::kTopkV2, {z, ops.builder().scalar(count)}, TopKV2Options{}, 2)[0];
  std::vector<float> ranks;
  for (int32_t i = 1; i <= count; ++i) ranks.push_back(static_cast<float>(i));
  const TensorId rank = ops.floats(std::move(ranks), {count});
  const TensorId sums =
      ops.op(BuiltinOp::kCumsum, {sorted, ops.builder().scalar(static_cast<int32_t>(last))}, CumsumOptions{});
  const TensorId inside =
      ops.op(BuiltinOp::kGreater, {ops.add(ops.mul(rank, sorted), ops.f(1)), sums}, GreaterOptions{});
  const TensorId support = ops.cast(inside, DType::kFloat32);
  const TensorId size = ops.reduce(BuiltinOp::kSum, support, {last}, true);
  const TensorId total = ops.reduce(BuiltinOp::kSum, ops.mul(sums, support), {last}, true);
  const TensorId shift = ops.div(ops.sub(total, ops.f(1)), size);
  return ops.transpose(ops.relu(ops.sub(z, shift)), swap);
}

using Function = TensorId (*)(Ops&, TensorId);
template <BuiltinOp code>
TensorId plain(Ops& ops, TensorId x) {
  return ops.op(code, {x});
}

const std::unordered_map<std::string_view, Function>& functions() {
  static const std::unordered_map<std::string_view, Function> kTable = {
      {"linear", [](Ops&, TensorId x) { return x; }},
      {"relu", plain<BuiltinOp::kRelu>},
      {"relu6", plain<BuiltinOp::kRelu6>},
      {"tanh", plain<BuiltinOp::kTanh>},
      {"sigmoid", plain<BuiltinOp::kLogistic>},
      {"exponential", plain<BuiltinOp::kExp>},
      {"exp", plain<BuiltinOp::kExp>},
      {"hard_tanh", plain<BuiltinOp::kReluN1To1>},
      {"hard_silu", plain<BuiltinOp::kHardSwish>},
      {"hard_swish", plain<BuiltinOp::kHardSwish>},
      {"elu", [](Ops& ops, TensorId x) { return elu(ops, x, 1); }},
      {"celu", [](Ops& ops, TensorId x) { return celu(ops, x, 1); }},
      {"selu", selu},
      {"gelu", [](Ops& ops, TensorId x) { return ops.op(BuiltinOp::kGelu, {x}, GeluOptions{false}); }},
      {"swish", swish},
      {"silu", swish},
      {"softmax", [](Ops& ops, TensorId x) { return ops.softmax(x); }},
      {"log_softmax", [](Ops& ops, TensorId x) { return log_softmax(ops, x, -1); }},
      {"softplus", softplus},
      {"softsign",
       [](Ops& ops, TensorId x) { return ops.div(x, ops.add(ops.op(BuiltinOp::kAbs, {x}), ops.f(1))); }},
      {"mish", [](Ops& ops, TensorId x) { return ops.mul(x, ops.tanh(softplus(ops, x))); }},
      {"leaky_relu",
       [](Ops& ops, TensorId x) { return ops.op(BuiltinOp::kLeakyRelu, {x}, LeakyReluOptions{0.2f}); }},
      {"log_sigmoid",
       [](Ops& ops, TensorId x) {
         return ops.op(BuiltinOp::kNeg, {softplus(ops, ops.op(BuiltinOp::kNeg, {x}))});
       }},
      {"soft_shrink", [](Ops& ops, TensorId x) { return soft_shrink(ops, x, 0.5); }},
      {"hard_shrink", [](Ops& ops, TensorId x) { return hard_shrink(ops, x, 0.5); }},
      {"tanh_shrink", [](Ops& ops, TensorId x) { return ops.sub(x, ops.tanh(x)); }},
      {"sparse_plus", sparse_plus},
      {"sparse_sigmoid",
       [](Ops& ops, TensorId x) { return ops.add(ops.mul(clipped(ops, x, -1, 1), ops.f(0.5)), ops.f(0.5)); }},
      {"sparsemax", [](Ops& ops, TensorId x) { return sparsemax(ops, x, -1); }},
      {"squareplus", [](Ops& ops, TensorId x) { return squareplus(ops, x, 4); }},
      {"glu", [](Ops& ops, TensorId x) { return glu(ops, x, -1); }},
  };
  return kTable;
}

// What max_value, negative_slope and threshold make of a rectifier.
TensorId rectify(Lowering& layer, TensorId x, double slope, double highest, double threshold) {
  Ops& ops = layer;
  if (threshold != 0) {
    TensorId kept = ops.select(compare(ops, BuiltinOp::kGreater, x, threshold), x, ops.f(0));
    if (!std::isinf(highest)) kept = ops.minimum(kept, ops.f(highest));
    if (slope == 0) return kept;
    const TensorId below = ops.relu(ops.sub(ops.f(threshold), x));
    return ops.sub(kept, ops.mul(below, ops.f(slope)));
  }
  if (slope == 0 && highest == 6) return ops.op(BuiltinOp::kRelu6, {x});
  const TensorId up = slope == 0
                          ? ops.relu(x)
                          : ops.op(BuiltinOp::kLeakyRelu, {x}, LeakyReluOptions{static_cast<float>(slope)});
  return std::isinf(highest) ? up : ops.minimum(up, ops.f(highest));
}

Results lower_activation(Lowering& layer) {
  return one(activate(layer, layer.input(), layer.config().raw("activation")));
}

Results lower_relu(Lowering& layer) {
  const Config& config = layer.config();
  return one(rectify(layer, layer.input(), config.number("negative_slope", 0),
                     config.number("max_value", INFINITY), config.number("threshold", 0)));
}

Results lower_leaky_relu(Lowering& layer) {
  const Config& config = layer.config();
  const double slope = config.number(config.has("alpha") ? "alpha" : "negative_slope", 0.3);
  return one(layer.op(BuiltinOp::kLeakyRelu, {layer.input()}, LeakyReluOptions{static_cast<float>(slope)}));
}

Results lower_thresholded_relu(Lowering& layer) {
  return one(rectify(layer, layer.input(), 0, INFINITY, layer.config().number("theta", 1)));
}

Results lower_elu(Lowering& layer) {
  return one(elu(layer, layer.input(), layer.config().number("alpha", 1)));
}

Results lower_prelu(Lowering& layer) {
  Shape shape = layer.shape(layer.input());
  if (shape.empty()) fail(ErrorCode::kInvalidModel, "its input should have a batch");
  shape.erase(shape.begin());
  if (layer.config().has("shared_axes")) {
    for (const int64_t axis : layer.config().integers("shared_axes")) {
      const int at = layer.axis(layer.input(), axis);
      if (at == 0) layer.config().bad("shared_axes", "a list of axes other than the batch");
      shape[static_cast<size_t>(at) - 1] = 1;
    }
  }
  return one(layer.op(BuiltinOp::kPrelu, {layer.input(), layer.constant(layer.weight("alpha", shape))}));
}

Results lower_softmax(Lowering& layer) {
  TensorId x = layer.input();
  const Argument* given = layer.argument("mask", 1);
  const TensorId mask = given != nullptr && given->is_tensor() ? given->tensor : kNoTensor;
  if (mask != kNoTensor) x = layer.select(layer.cast(mask, DType::kBool), x, layer.f(-1e9));
  std::vector<int64_t> axes = {-1};
  if (layer.config().has("axis")) axes = layer.config().integers("axis");
  TensorId y;
  if (axes.size() == 1) {
    y = softmax_over(layer, x, layer.axis(x, axes[0]));
  } else {
    Axes all;
    for (const int64_t axis : axes) all.push_back(layer.axis(x, axis));
    const TensorId top = layer.reduce(BuiltinOp::kReduceMax, x, all, true);
    const TensorId powers = layer.op(BuiltinOp::kExp, {layer.sub(x, top)});
    y = layer.div(powers, layer.reduce(BuiltinOp::kSum, powers, all, true));
  }
  if (mask != kNoTensor && layer.keras() >= 3)
    y = layer.select(layer.cast(mask, DType::kBool), y, layer.f(0));
  return one(y);
}

// An operation that carries its parameter in its configuration.
template <class F>
Results with_parameter(Lowering& layer, const char* key, double otherwise, F function) {
  return one(function(layer, layer.input(), layer.config().number(key, otherwise)));
}

constexpr MaskRule kPass = MaskRule::kPass;

}  // namespace

TensorId softmax_over(Ops& ops, TensorId x, int axis) {
  const int last = ops.rank(x) - 1;
  if (axis == last) return ops.softmax(x);
  Axes swap;
  for (int i = 0; i <= last; ++i) swap.push_back(i == axis ? last : i == last ? axis : i);
  return ops.transpose(ops.softmax(ops.transpose(x, swap)), swap);
}

TensorId activate_named(Ops& ops, TensorId x, const std::string& name) {
  const auto found = functions().find(name);
  if (found == functions().end()) {
    fail(ErrorCode::kUnsupported, "the activation '", name,
         "' is not one of Keras's; replace it by a layer of its own class and ",
         "state a rule for that with litewright.register_layer");
  }
  return found->second(ops, x);
}

TensorId activate(Lowering& layer, TensorId x, const Json& activation) {
  if (activation.is_null()) return x;
  if (activation.is_string()) {
    const std::string name = activation.get<std::string>();
    if (name == "hard_sigmoid")
      return layer.keras() >= 3 ? hard_sigmoid_3(layer, x) : hard_sigmoid_2(layer, x);
    return activate_named(layer, x, name);
  }
  if (!activation.is_object() || !activation.contains("class_name")) {
    fail(ErrorCode::kInvalidModel, "'activation' should be a name or an object, is ", brief(activation));
  }
  if (activation.contains("config") && activation["config"].is_string())
    return activate(layer, x, activation["config"]);
  Call call;
  call.args.push_back({.tensor = x});
  const Results results = layer.lower_layer(activation, layer.weights().child({"activation"}), call);
  if (results.size() != 1) fail(ErrorCode::kInvalidModel, "'activation' should have one result");
  return results[0].id;
}

Rows activation_layers() {
  static const LayerRow kRows[] = {
      {"Activation", lower_activation, kPass},
      {"ReLU", lower_relu, kPass},
      {"LeakyReLU", lower_leaky_relu, kPass},
      {"ThresholdedReLU", lower_thresholded_relu, kPass},
      {"ELU", lower_elu, kPass},
      {"PReLU", lower_prelu, kPass},
      {"Softmax", lower_softmax, kPass},
  };
  return kRows;
}

Rows nn_operations() {
#define LITEWRIGHT_PLAIN(CLASS, NAME)                                                \
  {                                                                                  \
    CLASS, [](Lowering& layer) { return one(activate(layer, layer.input(), NAME)); } \
  }
  static const LayerRow kRows[] = {
      LITEWRIGHT_PLAIN("Relu", "relu"),
      LITEWRIGHT_PLAIN("Relu6", "relu6"),
      LITEWRIGHT_PLAIN("Sigmoid", "sigmoid"),
      LITEWRIGHT_PLAIN("SparseSigmoid", "sparse_sigmoid"),
      LITEWRIGHT_PLAIN("Softplus", "softplus"),
      LITEWRIGHT_PLAIN("Softsign", "softsign"),
      LITEWRIGHT_PLAIN("SparsePlus", "sparse_plus"),
      LITEWRIGHT_PLAIN("Silu", "silu"),
      LITEWRIGHT_PLAIN("LogSigmoid", "log_sigmoid"),
      LITEWRIGHT_PLAIN("HardSigmoid", "hard_sigmoid"),
      LITEWRIGHT_PLAIN("HardSilu", "hard_silu"),
      LITEWRIGHT_PLAIN("HardTanh", "hard_tanh"),
      LITEWRIGHT_PLAIN("Selu", "selu"),
      LITEWRIGHT_PLAIN("TanhShrink", "tanh_shrink"),
      LITEWRIGHT_PLAIN("Mish", "mish"),
      {"ReLU", lower_relu},
      {"LeakyRelu",
       [](Lowering& layer) {
         return with_parameter(layer, "negative_slope", 0.2, [](Ops& ops, TensorId x, double slope) {
           return ops.op(BuiltinOp::kLeakyRelu, {x}, LeakyReluOptions{static_cast<float>(slope)});
         });
       }},
      {"Elu", [](Lowering& layer) { return with_parameter(layer, "alpha", 1, elu); }},
      {"Celu", [](Lowering& layer) { return with_parameter(layer, "alpha", 1, celu); }},
      {"SoftShrink", [](Lowering& layer) { return with_parameter(layer, "threshold", 0.5, soft_shrink); }},
      {"HardShrink", [](Lowering& layer) { return with_parameter(layer, "threshold", 0.5, hard_shrink); }},
      {"Squareplus", [](Lowering& layer) { return with_parameter(layer, "b", 4, squareplus); }},
      {"Threshold",
       [](Lowering& layer) {
         const double threshold = layer.config().number("threshold"),
                      otherwise = layer.config().number("default_value");
         const TensorId x = layer.input();
         return one(layer.select(compare(layer, BuiltinOp::kGreater, x, threshold), x, layer.f(otherwise)));
       }},
      {"Gelu",
       [](Lowering& layer) {
         return one(layer.op(BuiltinOp::kGelu, {layer.input()},
                             GeluOptions{layer.config().flag("approximate", true)}));
       }},
      {"Softmax", lower_softmax},
      {"LogSoftmax",
       [](Lowering& layer) {
         return one(log_softmax(layer, layer.input(), layer.config().integer("axis", -1)));
       }},
      {"Sparsemax",
       [](Lowering& layer) {
         return one(sparsemax(layer, layer.input(), layer.config().integer("axis", -1)));
       }},
      {"Glu",
       [](Lowering& layer) { return one(glu(layer, layer.input(), layer.config().integer("axis", -1))); }},
  };
#undef LITEWRIGHT_PLAIN
  return kRows;
}

}  // namespace litewright::keras
