#include "importers/keras/operations.h"

#include <algorithm>
#include <functional>

#include "core/error.h"
#include "importers/keras/description.h"

namespace litewright::keras {
namespace {

constexpr size_t kMaxConstant = size_t{1} << 26;
constexpr int kMaxRank = 16;

// Numbers of nested lists, row by row, and their shape.
struct Numbers {
  std::vector<double> values;
  Shape shape;
  bool integers = true;
};

void collect(const Json& value, size_t depth, Numbers& into) {
  if (!value.is_array()) {
    const std::optional<double> number = as_number(value);
    if (!number || depth != into.shape.size() || into.values.size() > kMaxConstant) {
      fail(ErrorCode::kInvalidModel, "a constant operand should be made of numbers, is ", brief(value));
    }
    into.integers = into.integers && !value.is_number_float();
    into.values.push_back(*number);
    return;
  }
  if (depth >= into.shape.size() || static_cast<int32_t>(value.size()) != into.shape[depth]) {
    fail(ErrorCode::kInvalidModel, "a constant operand should have rows of equal length");
  }
  for (const Json& item : value) collect(item, depth + 1, into);
}

Numbers numbers_of(const Json& value) {
  Numbers numbers;
  const Json* inner = &value;
  while (inner->is_array() && numbers.shape.size() < kMaxRank) {
    numbers.shape.push_back(static_cast<int32_t>(inner->size()));
    if (inner->empty()) break;
    inner = &(*inner)[0];
  }
  collect(value, 0, numbers);
  return numbers;
}

int promotion_rank(DType type) {
  switch (type) {
    case DType::kBool:
      return 0;
    case DType::kInt8:
    case DType::kUInt8:
      return 1;
    case DType::kInt16:
      return 2;
    case DType::kInt32:
      return 3;
    case DType::kInt64:
      return 4;
    default:
      return 5;
  }
}

}  // namespace

TensorId constant_from(Lowering& layer, const Json& value, TensorId like) {
  Json given = value;
  DType type = like == kNoTensor ? DType::kFloat32 : layer.dtype(like);
  bool typed = like != kNoTensor;
  if (given.is_object() && given.contains("config") && given["config"].is_object()) {
    const Json config = given["config"];
    if (config.contains("dtype")) {
      type = graph_dtype(config["dtype"], layer.config().where());
      typed = true;
    }
    given = config.value("value", Json());
  }
  const Numbers numbers = numbers_of(given);
  if (!typed && numbers.integers) type = DType::kInt32;
  if (!numbers.integers && promotion_rank(type) < 5) type = DType::kFloat32;
  switch (type) {
    case DType::kInt32:
      return layer.builder().constant(std::vector<int32_t>(numbers.values.begin(), numbers.values.end()),
                                      numbers.shape);
    case DType::kInt64:
      return layer.builder().constant(std::vector<int64_t>(numbers.values.begin(), numbers.values.end()),
                                      numbers.shape);
    case DType::kBool: {
      std::vector<uint8_t> bits;
      for (const double number : numbers.values) bits.push_back(number != 0);
      return layer.builder().constant(DType::kBool, numbers.shape, Bytes::own(std::move(bits)));
    }
    default:
      return layer.floats(std::vector<float>(numbers.values.begin(), numbers.values.end()), numbers.shape);
  }
}

TensorId operand(Lowering& layer, int position, std::initializer_list<const char*> names, TensorId like) {
  const Argument* found = nullptr;
  for (const char* name : names) {
    if (found == nullptr) found = layer.argument(name);
  }
  if (found == nullptr && position >= 0) found = layer.argument("", position);
  if (found == nullptr) fail(ErrorCode::kInvalidModel, "its operand ", position, " is missing");
  return found->is_tensor() ? found->tensor : constant_from(layer, found->value, like);
}

std::pair<TensorId, TensorId> operands(Lowering& layer) {
  const auto first = {"x1", "x", "a"}, second = {"x2", "y", "b"};
  const auto given = [&](std::initializer_list<const char*> names, int position) {
    for (const char* name : names) {
      if (const Argument* argument = layer.argument(name)) return argument;
    }
    return layer.argument("", position);
  };
  const Argument* left = given(first, 0);
  const Argument* right = given(second, 1);
  if (left != nullptr && left->is_list && left->list.size() == 2 && right == nullptr) {  // both in one list
    right = &left->list[1];
    left = &left->list[0];
  }
  // Keras 2 gives the first operand of a call by position and the second by name, or both by position.
  if (left == nullptr || right == nullptr) fail(ErrorCode::kInvalidModel, "needs two operands");
  TensorId a = left->is_tensor() ? left->tensor : kNoTensor,
           b = right->is_tensor() ? right->tensor : kNoTensor;
  if (a == kNoTensor && b == kNoTensor) fail(ErrorCode::kInvalidModel, "needs a tensor among its operands");
  if (a == kNoTensor) a = constant_from(layer, left->value, b);
  if (b == kNoTensor) b = constant_from(layer, right->value, a);
  const DType wide =
      promotion_rank(layer.dtype(a)) >= promotion_rank(layer.dtype(b)) ? layer.dtype(a) : layer.dtype(b);
  return {layer.cast(a, wide), layer.cast(b, wide)};
}

Json setting(Lowering& layer, const char* key, int position) {
  if (layer.config().has(key)) return layer.config().raw(key);
  const Argument* argument = layer.argument(key, position);
  return argument == nullptr || argument->is_tensor() ? Json() : argument->value;
}

Axes axes_setting(Lowering& layer, TensorId x, int position) {
  const Json value = setting(layer, "axis", position);
  Axes axes;
  if (value.is_null()) {
    for (int i = 0; i < layer.rank(x); ++i) axes.push_back(i);
    return axes;
  }
  const Json list = value.is_array() ? value : Json::array({value});
  for (const Json& item : list) {
    const std::optional<int64_t> axis = as_integer(item);
    if (!axis) layer.config().bad("axis", "an integer or a list of integers");
    axes.push_back(layer.axis(x, *axis));
  }
  return axes;
}

int axis_setting(Lowering& layer, TensorId x, int64_t otherwise, int position) {
  const Json value = setting(layer, "axis", position);
  const std::optional<int64_t> axis = value.is_null() ? otherwise : as_integer(value);
  if (!axis) layer.config().bad("axis", "an integer");
  return layer.axis(x, *axis);
}

bool flag_setting(Lowering& layer, const char* key, int position) {
  return setting(layer, key, position) == true;
}

double number_setting(Lowering& layer, const char* key, double otherwise, int position) {
  const Json value = setting(layer, key, position);
  if (value.is_null()) return otherwise;
  const std::optional<double> number = as_number(value);
  if (!number) layer.config().bad(key, "a number");
  return *number;
}

Axes integers_setting(Lowering& layer, const char* key, int position) {
  const Json value = setting(layer, key, position);
  Axes values;
  for (const Json& item : value.is_array() ? value : Json::array({value})) {
    const std::optional<int64_t> number = item.is_null() ? -1 : as_integer(item);
    if (!number || *number < INT32_MIN || *number > INT32_MAX) layer.config().bad(key, "made of integers");
    values.push_back(static_cast<int32_t>(*number));
  }
  return values;
}

Ids tensor_arguments(Lowering& layer) {
  Ids ids;
  for (const Value& value : layer.inputs()) ids.push_back(value.id);
  if (ids.empty()) fail(ErrorCode::kInvalidModel, "is called with no tensors");
  return ids;
}

}  // namespace litewright::keras
