// Tensors as NumPy arrays and back.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/dtype.h"
#include "core/shape.h"

namespace litewright::python {

namespace py = pybind11;

// The scalar class that details dictionaries name: numpy.float32 ..., numpy.bytes_ for strings, numpy.object_
// for resources. Types below a byte have the 8-bit type that holds them; bfloat16 has uint16, its bits.
py::object numpy_class(DType dtype);
// The element type of the arrays; ValueError for variants, whose elements NumPy cannot hold.
py::dtype numpy_dtype(DType dtype);

// The tensor type that holds an array's elements as they are; ValueError if there is none.
DType dtype_of_array(const py::array& array);

// A copy, in the form `get_tensor` gives: a scalar for rank 0, object arrays of bytes for strings.
// `data` holds one element per byte for types below a byte, and the serialized strings for string tensors.
py::object to_numpy(DType dtype, const Shape& shape, const uint8_t* data, size_t bytes);

// A value for a tensor of `dtype`: native byte order, C order, strings serialized.
struct TensorValue {
  Shape shape;
  py::array array;               // holds the elements of all types but strings
  std::vector<uint8_t> strings;  // the serialized strings
  bool is_strings = false;

  const uint8_t* data() const {
    return is_strings ? strings.data() : static_cast<const uint8_t*>(array.data());
  }
  size_t bytes() const { return is_strings ? strings.size() : static_cast<size_t>(array.nbytes()); }
};
// Says what the value is for ("input 0, name: x"), in messages.
using Where = std::function<std::string()>;
// ValueError if the value's type is another than `dtype` (nothing is cast) or it does not fit a type below a
// byte.
TensorValue from_numpy(const py::object& value, DType dtype, const Where& where);

template <class T>
py::array_t<T> copy_array(const std::vector<T>& values) {
  return py::array_t<T>(static_cast<py::ssize_t>(values.size()), values.data());
}

}  // namespace litewright::python
