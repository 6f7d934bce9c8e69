// Arithmetic on two operands with broadcasting.
#pragma once

#include <algorithm>
#include <type_traits>

#include "core/float16.h"
#include "kernels/binary/kernel.h"
#include "ops/broadcast.h"
#include "ops/elementwise.h"

namespace litewright {

// A vector kernel over float32, or over float16 and bfloat16 by way of float32, and the fused activation.
Kernel float_binary_kernel(const PrepareContext& c, BinaryOp op, Activation activation = Activation::kNone);

// The same of float32 on a block of operand `operand`, where the other one has its shape.
BlockFunction binary_follower(const PrepareContext& c, int operand, BinaryOp op, Activation activation);

// f(float, float) over float16 (or bfloat16) elements.
template <class T, class F>
Kernel narrow_binary_kernel(const NodeContext& c, F f) {
  return binary_kernel<T>(c, [f](T a, T b) {
    if constexpr (std::is_same_v<T, Half>) {
      return float_to_half(f(half_to_float(a), half_to_float(b)));
    } else {
      return float_to_bfloat16(f(bfloat16_to_float(a), bfloat16_to_float(b)));
    }
  });
}

// f over integers of T, computed with wrap-around in the unsigned type, then the fused activation.
template <class T, class F>
Kernel wrapping_kernel(const NodeContext& c, Activation activation, F f) {
  using U = std::conditional_t<(sizeof(T) < 4), uint32_t, std::make_unsigned_t<T>>;
  const ValueRange<T> range = activation_range<T>(activation);
  return binary_kernel<T>(c, [range, f](T a, T b) {
    return std::clamp(static_cast<T>(f(static_cast<U>(a), static_cast<U>(b))), range.min, range.max);
  });
}

// Calls `make` with a value of the C++ type that stores the 8- or 16-bit quantized `dtype`.
template <class Make>
Kernel for_quantized_dtype(const NodeContext& c, const Make& make) {
  switch (c.input_dtype(0)) {
    case DType::kInt8:
      return make(int8_t{});
    case DType::kUInt8:
      return make(uint8_t{});
    case DType::kInt16:
      return make(int16_t{});
    default:
      refuse_dtype(c);
  }
}

// ADD, and SUB where `subtract`, of every dtype.
Kernel sum_kernel(const PrepareContext& c, Activation activation, bool pot_scale_int16, bool subtract);

// `kernel`, or an Error status where an integer operand 1 holds `zero`.
template <class T>
Kernel with_divisor_check(Kernel kernel, T zero = 0) {
  return [kernel = std::move(kernel), zero](RunContext& r) {
    const T* divisors = r.in<T>(1);
    const T* end = divisors + num_elements(r.input_shape(1));
    if (std::find(divisors, end, zero) != end) return Status::error("division by zero");
    return kernel(r);
  };
}

}  // namespace litewright
