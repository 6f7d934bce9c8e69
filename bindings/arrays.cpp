#include "arrays.h"

#include <pybind11/gil_safe_call_once.h>

#include <array>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"

namespace litewright::python {
namespace {

// The NumPy type code that holds elements of each type; 'S' strings, 'O' handles.
const char* type_code(DType dtype) {
  switch (dtype) {
    case DType::kFloat32:
      return "f4";
    case DType::kFloat16:
      return "f2";
    case DType::kInt32:
      return "i4";
    case DType::kUInt8:
    case DType::kUInt4:
      return "u1";
    case DType::kInt64:
      return "i8";
    case DType::kString:
      return "S";
    case DType::kBool:
      return "?";
    case DType::kInt16:
      return "i2";
    case DType::kComplex64:
      return "c8";
    case DType::kInt8:
    case DType::kInt4:
    case DType::kInt2:
    case DType::kFloat8E4M3FN:
    case DType::kFloat8E5M2:
      return "i1";
    case DType::kFloat64:
      return "f8";
    case DType::kComplex128:
      return "c16";
    case DType::kUInt64:
      return "u8";
    case DType::kUInt32:
      return "u4";
    case DType::kUInt16:
    case DType::kBFloat16:
      return "u2";
    case DType::kResource:
    case DType::kVariant:
      return "O";
  }
  return "O";
}

// The tensor type of an array's elements in native byte order, strings included.
std::optional<DType> tensor_type(const py::dtype& dtype) {
  if (std::string_view("SUO").find(dtype.kind()) != std::string_view::npos) return DType::kString;
  for (int i = 0; i < kDTypeCount; ++i) {
    const DType type = static_cast<DType>(i);
    if (is_sub_byte(type) || type == DType::kBFloat16 ||
        std::string_view("SO").find(*type_code(type)) != std::string_view::npos)
      continue;
    if (dtype.equal(py::dtype(type_code(type)))) return type;
  }
  return std::nullopt;
}

py::dtype native_order(const py::dtype& dtype) { return py::dtype(dtype.attr("newbyteorder")("=")); }

// NumPy's number of the type that holds elements of `dtype`.
int type_number(DType dtype) {
  PYBIND11_CONSTINIT static py::gil_safe_call_once_and_store<std::array<int, kDTypeCount>> numbers;
  return numbers
      .call_once_and_store_result([] {
        std::array<int, kDTypeCount> result;
        for (int i = 0; i < kDTypeCount; ++i) result[i] = py::dtype(type_code(static_cast<DType>(i))).num();
        return result;
      })
      .get_stored()[static_cast<int>(dtype)];
}

// Whether the elements can be copied as they lie.
bool is_plain(const py::object& value, DType dtype) {
  if (!py::isinstance<py::array>(value) || dtype == DType::kString || dtype == DType::kResource) return false;
  const auto array = py::reinterpret_borrow<py::array>(value);
  const py::dtype type = array.dtype();
  return type.num() == type_number(dtype) && (type.byteorder() == '=' || type.byteorder() == '|') &&
         (array.flags() & py::array::c_style) != 0;
}

uint32_t read_u32(const uint8_t* at) {
  uint32_t value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

// Serialized strings: their count, count + 1 offsets from the start, the bytes.
py::object strings_to_numpy(const Shape& shape, const uint8_t* data, size_t bytes) {
  const int64_t wanted = num_elements(shape);
  py::array result(py::dtype("O"), std::vector<py::ssize_t>(shape.begin(), shape.end()));
  auto* elements = static_cast<PyObject**>(result.mutable_data());
  const uint64_t count = bytes >= 4 ? read_u32(data) : 0;
  const bool whole = bytes >= 4 && 4 * (count + 2) <= bytes;
  if (bytes != 0 && (!whole || static_cast<int64_t>(count) != wanted)) {
    fail(ErrorCode::kInvalidModel, "the string tensor of shape ", to_string(shape), " holds ",
         whole ? concat(count, " strings") : "no valid strings");
  }
  for (int64_t i = 0; i < wanted; ++i) {
    const uint32_t begin = bytes ? read_u32(data + 4 * (i + 1)) : 0,
                   end = bytes ? read_u32(data + 4 * (i + 2)) : 0;
    if (begin > end || end > bytes) fail(ErrorCode::kInvalidModel, "string ", i, " lies outside its tensor");
    PyObject* text = PyBytes_FromStringAndSize(reinterpret_cast<const char*>(data) + begin, end - begin);
    if (text == nullptr) throw py::error_already_set();
    Py_XDECREF(elements[i]);
    elements[i] = text;
  }
  return result;
}

std::string bytes_of(const py::handle& item, const Where& where) {
  if (py::isinstance<py::bytes>(item) || py::isinstance<py::str>(item)) return py::cast<std::string>(item);
  fail(ErrorCode::kInvalidArgument, "Cannot set tensor: string elements must be bytes or str, got ",
       py::cast<std::string>(py::str(py::type::of(item))), " for ", where());
}

std::vector<uint8_t> serialize_strings(const py::array& array, const Where& where) {
  const py::list items = array.attr("ravel")().attr("tolist")();
  // Fixed-width arrays pad with NUL, which tolist() strips; the width is not part of the value.
  std::vector<uint32_t> offsets;
  std::string text;
  const size_t start = 4 * (items.size() + 2);
  for (const py::handle item : items) {
    offsets.push_back(static_cast<uint32_t>(start + text.size()));
    text += bytes_of(item, where);
    if (start + text.size() > std::numeric_limits<int32_t>::max()) {
      fail(ErrorCode::kInvalidArgument, "Cannot set tensor: more than 2 GB of strings for ", where());
    }
  }
  offsets.push_back(static_cast<uint32_t>(start + text.size()));
  const uint32_t count = static_cast<uint32_t>(items.size());
  std::vector<uint8_t> result(start + text.size());
  std::memcpy(result.data(), &count, 4);
  std::memcpy(result.data() + 4, offsets.data(), 4 * offsets.size());
  std::memcpy(result.data() + start, text.data(), text.size());
  return result;
}

void check_small_range(const py::array& array, DType dtype, const Where& where) {
  const bool is_signed = dtype != DType::kUInt4;
  const int bits = dtype_bits(dtype), low = is_signed ? -(1 << (bits - 1)) : 0, high = low + (1 << bits) - 1;
  const auto* values = static_cast<const uint8_t*>(array.data());
  for (py::ssize_t i = 0; i < array.size(); ++i) {
    const int value = is_signed ? static_cast<int8_t>(values[i]) : values[i];
    if (value < low || value > high) {
      fail(ErrorCode::kInvalidArgument, "Cannot set tensor: Values for ", dtype_upper_name(dtype),
           " input must be between ", low, " and ", high, ", got ", value, " for ", where());
    }
  }
}

}  // namespace

py::object numpy_class(DType dtype) { return py::dtype(type_code(dtype)).attr("type"); }

py::dtype numpy_dtype(DType dtype) {
  if (dtype == DType::kVariant)
    fail(ErrorCode::kInvalidArgument, "Invalid data-type for array: VARIANT has no NumPy form");
  return py::dtype(dtype == DType::kString ? "O" : dtype == DType::kResource ? "i4" : type_code(dtype));
}

DType dtype_of_array(const py::array& array) {
  const std::optional<DType> type = tensor_type(native_order(array.dtype()));
  if (!type)
    fail(ErrorCode::kInvalidArgument, "no tensor holds elements of type ",
         py::cast<std::string>(py::str(array.dtype())));
  return *type;
}

py::object to_numpy(DType dtype, const Shape& shape, const uint8_t* data, size_t bytes) {
  if (dtype == DType::kString) return strings_to_numpy(shape, data, bytes);
  py::array result(numpy_dtype(dtype), std::vector<py::ssize_t>(shape.begin(), shape.end()));
  if (static_cast<size_t>(result.nbytes()) > bytes) {
    fail(ErrorCode::kInternal, "a tensor of shape ", to_string(shape), " has only ", bytes, " bytes");
  }
  std::memcpy(result.mutable_data(), data, result.nbytes());
  return shape.empty() ? py::object(result[py::tuple()]) : std::move(result);
}

TensorValue from_numpy(const py::object& value, DType dtype, const Where& where) {
  TensorValue result;
  const bool plain = is_plain(value, dtype);
  py::array array = plain ? py::reinterpret_borrow<py::array>(value)
                          : py::array(py::module_::import("numpy").attr("asarray")(value));
  result.shape = Shape(array.shape(), array.shape() + array.ndim());
  if (plain) {
    result.array = std::move(array);
  } else if (dtype == DType::kString && tensor_type(array.dtype()) == DType::kString) {
    result.is_strings = true;
    result.strings = serialize_strings(array, where);
  } else {
    const py::dtype wanted = numpy_dtype(dtype), native = native_order(array.dtype());
    if (dtype == DType::kString || !native.equal(wanted)) {
      const std::optional<DType> type = tensor_type(native);
      fail(ErrorCode::kInvalidArgument, "Cannot set tensor: Got value of type ",
           type ? dtype_upper_name(*type) : "NOTYPE", " but expected type ", dtype_upper_name(dtype), " for ",
           where(), " (values are never cast: convert with .astype first)");
    }
    result.array = py::module_::import("numpy").attr("ascontiguousarray")(array, wanted);
  }
  if (is_sub_byte(dtype)) check_small_range(result.array, dtype, where);
  return result;
}

}  // namespace litewright::python
