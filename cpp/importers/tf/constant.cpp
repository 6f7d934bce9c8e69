// TensorFlow's constants as the graph's.
#include <utility>

#include "core/error.h"
#include "importers/proto/tensorflow.pb.h"
#include "importers/tf/lowering.h"
#include "importers/tf/types.h"
#include "ops/strings.h"

namespace litewright::tf {
namespace {

constexpr int64_t kMostRepeated = int64_t{1} << 31;  // bytes a constant may grow to from fewer elements

// `count` elements from those listed; the last one (or zero) stands for those that are not.
template <class T, class List>
Bytes elements(const List& list, int64_t count) {
  if (list.size() > count) fail(ErrorCode::kInvalidModel, "the constant has more elements than its shape");
  if (count > kMostRepeated / static_cast<int64_t>(sizeof(T)))
    fail(ErrorCode::kInvalidModel, "the constant is too large");
  std::vector<uint8_t> bytes(static_cast<size_t>(count) * sizeof(T));
  for (int64_t i = 0; i < count && !list.empty(); ++i) {
    const auto value = static_cast<T>(list.Get(static_cast<int>(std::min<int64_t>(i, list.size() - 1))));
    std::memcpy(bytes.data() + static_cast<size_t>(i) * sizeof(T), &value, sizeof(T));
  }
  return Bytes::own(std::move(bytes));
}

template <class T, class List>
Bytes complex_elements(const List& parts, int64_t count) {
  if (parts.size() > 2) return elements<T>(parts, 2 * count);
  std::vector<T> values(static_cast<size_t>(count) * 2);
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<int>(i % 2) < parts.size() ? parts.Get(static_cast<int>(i % 2)) : T{};
  return Bytes::copy(values);
}

Bytes strings(const proto::Tensor& tensor, int64_t count) {
  const auto& list = tensor.string_val();
  if (list.size() > count) fail(ErrorCode::kInvalidModel, "the constant has more elements than its shape");
  if (count > kMostRepeated / 16) fail(ErrorCode::kInvalidModel, "the constant is too large");
  std::vector<std::string_view> views(static_cast<size_t>(count));
  for (int64_t i = 0; i < count && !list.empty(); ++i)
    views[static_cast<size_t>(i)] = list.Get(static_cast<int>(std::min<int64_t>(i, list.size() - 1)));
  return Bytes::own(pack_strings(views));
}

Bytes listed(const proto::Tensor& tensor, DType dtype, int64_t count) {
  switch (dtype) {
    case DType::kFloat32:
      return elements<float>(tensor.float_val(), count);
    case DType::kFloat64:
      return elements<double>(tensor.double_val(), count);
    case DType::kInt32:
      return elements<int32_t>(tensor.int_val(), count);
    case DType::kInt16:
      return elements<int16_t>(tensor.int_val(), count);
    case DType::kInt8:
      return elements<int8_t>(tensor.int_val(), count);
    case DType::kUInt8:
      return elements<uint8_t>(tensor.int_val(), count);
    case DType::kUInt16:
      return elements<uint16_t>(tensor.int_val(), count);
    case DType::kInt64:
      return elements<int64_t>(tensor.int64_val(), count);
    case DType::kUInt32:
      return elements<uint32_t>(tensor.uint32_val(), count);
    case DType::kUInt64:
      return elements<uint64_t>(tensor.uint64_val(), count);
    case DType::kBool:
      return elements<uint8_t>(tensor.bool_val(), count);
    case DType::kFloat16:
    case DType::kBFloat16:
      return elements<uint16_t>(tensor.half_val(), count);
    case DType::kComplex64:
      return complex_elements<float>(tensor.scomplex_val(), count);
    case DType::kString:
      return strings(tensor, count);
    default:
      fail(ErrorCode::kUnsupported, "constants of type ", dtype_name(dtype), " are not converted");
  }
}

}  // namespace

TensorId constant_of(GraphBuilder& builder, const proto::Tensor& tensor, const std::string& name) {
  const DType dtype = to_dtype(tensor.dtype(), "the constant");
  Shape shape;
  for (const auto& dim : tensor.tensor_shape().dim()) {
    if (dim.size() < 0 || dim.size() > INT32_MAX)
      fail(ErrorCode::kInvalidModel, "the constant has a dimension of ", dim.size());
    shape.push_back(static_cast<int32_t>(dim.size()));
  }
  const std::optional<int64_t> count = checked_elements(shape);
  if (!count) fail(ErrorCode::kInvalidModel, "the constant's shape ", to_string(shape), " is too large");
  const std::string& content = tensor.tensor_content();
  if (content.empty()) return builder.constant(dtype, shape, listed(tensor, dtype, *count), name);
  if (dtype_bits(dtype) == 0 || dtype == DType::kResource)
    fail(ErrorCode::kUnsupported, "constants of type ", dtype_name(dtype), " are not converted");
  if (content.size() / dtype_size(dtype) != static_cast<uint64_t>(*count) ||
      content.size() % dtype_size(dtype) != 0) {
    fail(ErrorCode::kInvalidModel, "the constant's ", content.size(), " bytes do not fit its shape ",
         to_string(shape));
  }
  return builder.constant(dtype, shape, Bytes::copy(content.data(), content.size()), name);
}

}  // namespace litewright::tf
