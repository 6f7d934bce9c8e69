// One function for every dtype that has arithmetic of its own in C++.
#pragma once

#include <type_traits>

#include "core/dtype.h"

namespace litewright {

template <class T>
struct TypeTag {
  using Type = T;
};

// Calls visit(TypeTag<T>()) for the C++ type of float32, float64 and the whole-byte integers; false for other
// dtypes.
template <class Visit>
bool visit_number_type(DType dtype, const Visit& visit) {
  switch (dtype) {
    case DType::kFloat32:
      visit(TypeTag<float>());
      return true;
    case DType::kFloat64:
      visit(TypeTag<double>());
      return true;
    case DType::kInt8:
      visit(TypeTag<int8_t>());
      return true;
    case DType::kUInt8:
      visit(TypeTag<uint8_t>());
      return true;
    case DType::kInt16:
      visit(TypeTag<int16_t>());
      return true;
    case DType::kUInt16:
      visit(TypeTag<uint16_t>());
      return true;
    case DType::kInt32:
      visit(TypeTag<int32_t>());
      return true;
    case DType::kUInt32:
      visit(TypeTag<uint32_t>());
      return true;
    case DType::kInt64:
      visit(TypeTag<int64_t>());
      return true;
    case DType::kUInt64:
      visit(TypeTag<uint64_t>());
      return true;
    default:
      return false;
  }
}

// Sums, products and shifts that wrap around instead of overflowing.
template <class T>
using Wrapping =
    std::conditional_t<std::is_integral_v<T>, std::make_unsigned<T>, std::type_identity<T>>::type;
template <class T>
T wrapping_add(T a, T b) {
  return static_cast<T>(static_cast<Wrapping<T>>(a) + static_cast<Wrapping<T>>(b));
}
template <class T>
T wrapping_multiply(T a, T b) {
  if constexpr (sizeof(T) < sizeof(int) && std::is_integral_v<T>) {
    return static_cast<T>(static_cast<uint32_t>(a) * static_cast<uint32_t>(b));
  } else {
    return static_cast<T>(static_cast<Wrapping<T>>(a) * static_cast<Wrapping<T>>(b));
  }
}

}  // namespace litewright
