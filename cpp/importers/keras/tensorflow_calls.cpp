// TensorFlow functions that Keras 2 records as layers, restated as the operations of keras.ops that do the
// same.
#include <algorithm>
#include <string_view>

#include "core/error.h"
#include "importers/keras/operations.h"

namespace litewright::keras {
namespace {

// "math.reduce_mean" and "reduce_mean" are the same; names are looked up without their module.
constexpr std::pair<std::string_view, const char*> kFunctions[] = {
    {"add", "Add"},
    {"subtract", "Subtract"},
    {"sub", "Subtract"},
    {"multiply", "Multiply"},
    {"mul", "Multiply"},
    {"divide", "TrueDivide"},
    {"truediv", "TrueDivide"},
    {"floordiv", "FloorDivide"},
    {"floormod", "Mod"},
    {"mod", "Mod"},
    {"pow", "Power"},
    {"maximum", "Maximum"},
    {"minimum", "Minimum"},
    {"squared_difference", "SquaredDifference"},
    {"abs", "Absolute"},
    {"negative", "Negative"},
    {"neg", "Negative"},
    {"square", "Square"},
    {"sqrt", "Sqrt"},
    {"rsqrt", "Rsqrt"},
    {"exp", "Exp"},
    {"log", "Log"},
    {"log1p", "Log1p"},
    {"sin", "Sin"},
    {"cos", "Cos"},
    {"floor", "Floor"},
    {"ceil", "Ceil"},
    {"round", "Round"},
    {"sign", "Sign"},
    {"reciprocal", "Reciprocal"},
    {"tanh", "Tanh"},
    {"sigmoid", "Sigmoid"},
    {"relu", "Relu"},
    {"relu6", "Relu6"},
    {"elu", "Elu"},
    {"selu", "Selu"},
    {"silu", "Silu"},
    {"swish", "Silu"},
    {"softplus", "Softplus"},
    {"softsign", "Softsign"},
    {"gelu", "Gelu"},
    {"leaky_relu", "LeakyRelu"},
    {"softmax", "Softmax"},
    {"log_softmax", "LogSoftmax"},
    {"reduce_mean", "Mean"},
    {"reduce_sum", "Sum"},
    {"reduce_max", "Max"},
    {"reduce_min", "Min"},
    {"reduce_prod", "Prod"},
    {"reduce_any", "Any"},
    {"reduce_all", "All"},
    {"reduce_std", "Std"},
    {"reduce_variance", "Var"},
    {"reduce_logsumexp", "Logsumexp"},
    {"argmax", "Argmax"},
    {"argmin", "Argmin"},
    {"cumsum", "Cumsum"},
    {"equal", "Equal"},
    {"not_equal", "NotEqual"},
    {"greater", "Greater"},
    {"greater_equal", "GreaterEqual"},
    {"less", "Less"},
    {"less_equal", "LessEqual"},
    {"logical_and", "LogicalAnd"},
    {"logical_or", "LogicalOr"},
    {"logical_not", "LogicalNot"},
    {"where", "Where"},
    {"clip_by_value", "Clip"},
    {"cast", "Cast"},
    {"identity", "Copy"},
    {"stop_gradient", "StopGradient"},
    {"zeros_like", "ZerosLike"},
    {"ones_like", "OnesLike"},
    {"reshape", "Reshape"},
    {"transpose", "Transpose"},
    {"expand_dims", "ExpandDims"},
    {"squeeze", "Squeeze"},
    {"concat", "Concatenate"},
    {"stack", "Stack"},
    {"unstack", "Unstack"},
    {"split", "Split"},
    {"tile", "Tile"},
    {"repeat", "Repeat"},
    {"pad", "Pad"},
    {"reverse", "Flip"},
    {"roll", "Roll"},
    {"gather", "Take"},
    {"matmul", "Matmul"},
    {"einsum", "Einsum"},
    {"one_hot", "OneHot"},
    {"resize", "Resize"},
    {"getitem", "GetItem"},
};

// TensorFlow's names of arguments and those of keras.ops.
constexpr std::pair<const char*, const char*> kArguments[] = {
    {"perm", "axes"},
    {"clip_value_min", "x_min"},
    {"clip_value_max", "x_max"},
    {"multiples", "repeats"},
    {"paddings", "pad_width"},
    {"depth", "num_classes"},
    {"num_or_size_splits", "indices_or_sections"},
    {"method", "interpolation"},
    {"slice_spec", "key"},
    {"equation", "subscripts"},
};

// The positional names that TensorFlow's first operands go by.
constexpr const char* kOperands[] = {"x",      "a",        "input",  "input_tensor", "tensor",
                                     "values", "features", "logits", "condition"};

Results lower_call(Lowering& layer) {
  const std::string whole = layer.config().text("function");
  const std::string name = whole.substr(whole.rfind('.') + 1);
  const auto found = std::find_if(std::begin(kFunctions), std::end(kFunctions),
                                  [&](const auto& row) { return row.first == name; });
  const LayerRow* row = found == std::end(kFunctions) ? nullptr : find_operation(found->second);
  if (row == nullptr)
    layer.unsupported("TensorFlow's function '" + whole + "' has no rule; use a Keras layer instead");
  Call call = layer.call();
  for (const auto& [theirs, ours] : kArguments) {
    auto node = call.kwargs.extract(theirs);
    if (node.empty()) continue;
    node.key() = ours;
    call.kwargs.insert(std::move(node));
  }
  for (const char* key : kOperands) {
    auto node = call.kwargs.extract(key);
    if (!node.empty()) call.args.insert(call.args.begin(), std::move(node.mapped()));
  }
  // Sizes of a split are where TensorFlow counts, the places between them where keras.ops does.
  if (const auto sizes = call.kwargs.find("indices_or_sections");
      sizes != call.kwargs.end() && sizes->second.value.is_array()) {
    Json places = Json::array();
    int64_t place = 0;
    for (const Json& size : sizes->second.value) {
      const std::optional<int64_t> extent = as_integer(size);
      if (!extent || *extent < 0) layer.unsupported("split into parts of unknown sizes");
      if (places.size() + 1 < sizes->second.value.size()) places.push_back(place += *extent);
    }
    sizes->second.value = places;
  }
  // Parameters are looked up in the configuration first.
  Json settings = Json::object();
  for (const auto& [key, argument] : call.kwargs) {
    if (!argument.is_tensor() && !argument.value.is_null() && key != "name") settings[key] = argument.value;
  }
  if (name == "gelu" && !settings.contains("approximate")) settings["approximate"] = false;
  Lowering restated(layer.importer(), Config(settings, layer.config().where()), layer.weights(),
                    found->second, call);
  return row->lower(restated);
}

}  // namespace

Rows tensorflow_calls() {
  static const LayerRow kRows[] = {
      {"TFOpLambda", lower_call},
      {"SlicingOpLambda", lower_call},
      {"ClassMethod", lower_call},
  };
  return kRows;
}

}  // namespace litewright::keras
