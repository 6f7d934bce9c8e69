// Rows of 8-bit patches as the integer kernels take them.
#pragma once

#include "kernels/int_gemm/int_gemm.h"
#include "kernels/row_ops/row_ops.h"
#include "ops/linear/patches.h"

namespace litewright {

// A run of int8 or (In = uint8_t) uint8 values less 128, as elements of type Out: uint8 values have 128 added
// again.
template <class In, class Out>
struct IntCopy {
  const RowOps* ops;
  static Out convert(In x) {
    const int value = sizeof(Out) == 1 ? static_cast<uint8_t>(x) ^ (std::is_signed_v<In> ? 0x80 : 0)
                                       : static_cast<int>(x) - (std::is_signed_v<In> ? 0 : 128);
    return static_cast<Out>(value);
  }
  void operator()(int64_t n, const In* from, Out* to) const {
    if (n < 16) {
      for (int64_t i = 0; i < n; ++i) to[i] = convert(from[i]);
    } else if constexpr (sizeof(Out) == 1 && std::is_signed_v<In>) {
      ops->s8_to_u8(n, from, to);
    } else if constexpr (sizeof(Out) == 1) {
      std::memcpy(to, from, n);
    } else if constexpr (std::is_signed_v<In>) {
      ops->s8_to_s16(n, from, to);
    } else {
      ops->u8_to_s16(n, from, to);
    }
  }
  void rows(int64_t count, const In* from, int64_t step, const GatherRuns& runs, Out* to,
            int64_t row_size) const {
    if constexpr (sizeof(Out) == 1) {
      ops->gather_u8(count, reinterpret_cast<const uint8_t*>(from), step, runs,
                     std::is_signed_v<In> ? 0x80 : 0, to, row_size);
    } else {
      copy_runs(*this, count, from, step, runs, to, row_size);
    }
  }
};

// Patches::fill into rows of `row_bytes` for `kernel`. `pad(image)` is the stored value of zero, an In.
template <class In, class Pad>
void fill_int_rows(const Patches& patches, const IntGemmKernel& kernel, const RowOps& ops, const In* input,
                   int64_t first, int64_t count, uint8_t* to, int64_t row_bytes, const Pad& pad) {
  if (kernel.a == IntGemmA::kUInt8) {
    const IntCopy<In, uint8_t> copy{&ops};
    patches.fill(input, first, count, to, row_bytes, copy,
                 [&](int64_t image) { return copy.convert(pad(image)); });
  } else {
    const IntCopy<In, int16_t> copy{&ops};
    patches.fill(input, first, count, reinterpret_cast<int16_t*>(to), row_bytes / 2, copy,
                 [&](int64_t image) { return copy.convert(pad(image)); });
  }
}

// `count` rows of k values that lie one after the other, as rows of `row_bytes` for `kernel`.
template <class In>
void fill_dense_rows(const IntGemmKernel& kernel, const RowOps& ops, const In* input, int64_t count,
                     int64_t k, uint8_t* to, int64_t row_bytes) {
  for (int64_t i = 0; i < count; ++i) {
    if (kernel.a == IntGemmA::kUInt8) {
      IntCopy<In, uint8_t>{&ops}(k, input + i * k, to + i * row_bytes);
    } else {
      IntCopy<In, int16_t>{&ops}(k, input + i * k, reinterpret_cast<int16_t*>(to + i * row_bytes));
    }
  }
}

// Takes out of the sums what weights with a zero point put in: weight_zero * (sum of the row - k * input
// zero).
inline void correct_weight_zero(const IntGemmKernel& kernel, int64_t rows, int64_t columns, int64_t k,
                                const uint8_t* a, int64_t row_bytes, int32_t in_zero, int32_t weight_zero,
                                int32_t* sums, int64_t stride) {
  for (int64_t i = 0; i < rows; ++i) {
    int32_t total = static_cast<int32_t>(-k * in_zero);
    for (int64_t d = 0; d < k; ++d) {
      total += kernel.a == IntGemmA::kUInt8 ? a[i * row_bytes + d] - 128
                                            : reinterpret_cast<const int16_t*>(a + i * row_bytes)[d];
    }
    for (int64_t j = 0; j < columns; ++j) sums[i * stride + j] -= weight_zero * total;
  }
}

}  // namespace litewright
