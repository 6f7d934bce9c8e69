// Rows of integers as the integer kernels take them.
#pragma once

#include "kernels/int_gemm/int_gemm.h"
#include "kernels/row_ops/row_ops.h"
#include "ops/linear/patches.h"

namespace litewright {

// Rows of a product: where the first begins, and bytes from one to the next.
struct IntRows {
  const uint8_t* data;
  int64_t stride;
};

// A run of int8 values, or (In = uint8_t) of uint8 ones less 128, as elements of type Out: uint8 ones have
// 128 added again.
template <class In, class Out>
struct IntCopy {
  static constexpr bool kFlips = std::is_signed_v<In> != std::is_signed_v<Out>;
  const RowOps* ops;
  static Out convert(In x) {
    const int value = sizeof(Out) == 1 ? static_cast<uint8_t>(x) ^ (kFlips ? 0x80 : 0)
                                       : static_cast<int>(x) - (std::is_signed_v<In> ? 0 : 128);
    return static_cast<Out>(value);
  }
  void operator()(int64_t n, const In* from, Out* to) const {
    if (n < 16) {
      for (int64_t i = 0; i < n; ++i) to[i] = convert(from[i]);
    } else if constexpr (sizeof(Out) == 1 && kFlips) {
      ops->s8_to_u8(n, reinterpret_cast<const int8_t*>(from), reinterpret_cast<uint8_t*>(to));
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
      ops->gather_u8(count, reinterpret_cast<const uint8_t*>(from), step, runs, kFlips ? 0x80 : 0,
                     reinterpret_cast<uint8_t*>(to), row_size);
    } else {
      copy_runs(*this, count, from, step, runs, to, row_size);
    }
  }
};

// Calls body(copy) with the IntCopy from In that `kernel` wants.
template <class In, class Body>
void with_int_copy(const IntGemmKernel& kernel, const RowOps& ops, const Body& body) {
  switch (kernel.a) {
    case IntGemmA::kUInt8:
      return body(IntCopy<In, uint8_t>{&ops});
    case IntGemmA::kInt8:
      return body(IntCopy<In, int8_t>{&ops});
    case IntGemmA::kInt16:
      return body(IntCopy<In, int16_t>{&ops});
  }
}

// Whether `kernel` can read rows of k values where they lie: it reads up to row_bytes from each, so that the
// last ones of `left` more rows need a copy.
template <class In>
bool readable_in_place(const IntGemmKernel& kernel, int64_t k, int64_t row_bytes, int64_t left) {
  const bool same = kernel.a == IntGemmA::kInt8 ? std::is_same_v<In, int8_t> : std::is_same_v<In, int16_t>;
  return same && row_bytes - k * kernel.a_size() <= left * k * kernel.a_size();
}

// Rows `first` ... of `total` rows of k values that lie one after the other, as `kernel` takes them: in
// place, or in `to`, row_bytes apart.
template <class In>
IntRows dense_int_rows(const IntGemmKernel& kernel, const RowOps& ops, const In* input, int64_t first,
                       int64_t count, int64_t total, int64_t k, uint8_t* to, int64_t row_bytes) {
  input += first * k;
  if (readable_in_place<In>(kernel, k, row_bytes, total - first - count)) {
    return {reinterpret_cast<const uint8_t*>(input), k * kernel.a_size()};
  }
  with_int_copy<In>(kernel, ops, [&]<class Out>(const IntCopy<In, Out>& copy) {
    if (row_bytes == k * kernel.a_size()) return copy(count * k, input, reinterpret_cast<Out*>(to));
    for (int64_t i = 0; i < count; ++i) copy(k, input + i * k, reinterpret_cast<Out*>(to + i * row_bytes));
  });
  return {to, row_bytes};
}

// Patches::fill into rows of `row_bytes` for `kernel`. `pad(image)` is the stored value of zero, an In.
template <class In, class Pad>
IntRows patch_int_rows(const Patches& patches, const IntGemmKernel& kernel, const RowOps& ops,
                       const In* input, int64_t first, int64_t count, uint8_t* to, int64_t row_bytes,
                       const Pad& pad) {
  if (patches.is_dense()) {
    return dense_int_rows(kernel, ops, input, first, count, patches.rows(), patches.depth(), to, row_bytes);
  }
  with_int_copy<In>(kernel, ops, [&]<class Out>(const IntCopy<In, Out>& copy) {
    patches.fill(input, first, count, reinterpret_cast<Out*>(to), row_bytes / sizeof(Out), copy,
                 [&](int64_t image) { return copy.convert(pad(image)); });
  });
  return {to, row_bytes};
}

// Takes out of the sums what weights with a zero point put in: weight_zero * (sum of the row - k * input
// zero).
inline void correct_weight_zero(const IntGemmKernel& kernel, int64_t rows, int64_t columns, int64_t k,
                                const IntRows& a, int32_t in_zero, int32_t weight_zero, int32_t* sums,
                                int64_t stride) {
  for (int64_t i = 0; i < rows; ++i) {
    const uint8_t* row = a.data + i * a.stride;
    int32_t total = static_cast<int32_t>(-k * in_zero);
    for (int64_t d = 0; d < k; ++d) {
      total += kernel.a == IntGemmA::kUInt8  ? row[d] - 128
               : kernel.a == IntGemmA::kInt8 ? static_cast<int8_t>(row[d])
                                             : reinterpret_cast<const int16_t*>(row)[d];
    }
    for (int64_t j = 0; j < columns; ++j) sums[i * stride + j] -= weight_zero * total;
  }
}

}  // namespace litewright
