// EQUAL, LESS and the other comparisons: a bool for every pair of elements.
#pragma once

#include <string_view>
#include <vector>

#include "ops/binary.h"
#include "ops/strings.h"

namespace litewright {

// What brings quantized operands to one scale.
struct ComparedScale {
  int32_t zero;
  QuantizedMultiplier m;
  int32_t operator()(int32_t stored) const {
    return multiply_by_quantized_multiplier(shift_left_wrapping(stored - zero, 8), m);
  }
};
ComparedScale compared_scale(const NodeContext& c, int i);

template <class T, class Compare>
Kernel stored_comparison(const NodeContext& c, Compare compare) {
  if (!c.input_quantization(0).quantized() || !c.input_quantization(1).quantized()) {
    return binary_kernel<T, bool>(c, compare);
  }
  return binary_kernel<T, bool>(c, [a = compared_scale(c, 0), b = compared_scale(c, 1), compare](T x, T y) {
    return compare(a(x), b(y));
  });
}

template <class Compare>
Kernel string_comparison(const NodeContext& c, Compare compare) {
  return [plan = Broadcast(c.input_shape(0), c.input_shape(1)), compare](RunContext& r) {
    std::vector<std::string_view> a, b;
    if (const Status status = read_strings(r, 0, a); !status.ok()) return status;
    if (const Status status = read_strings(r, 1, b); !status.ok()) return status;
    bool* out = r.out<bool>(0);
    plan.run(r.pool(), [&](int64_t ia, int64_t ib, int64_t io, int64_t n) {
      for (int64_t i = 0; i < n; ++i)
        out[io + i] = compare(a[ia + i * plan.a_step()], b[ib + i * plan.b_step()]);
    });
    return Status();
  };
}

// `Compare` is one of std::less<> and its relatives.
template <class Compare>
Kernel comparison_kernel(PrepareContext& c) {
  const Compare compare;
  switch (c.input_dtype(0)) {
    case DType::kFloat32:
      return binary_kernel<float, bool>(c, compare);
    case DType::kFloat16:
      return binary_kernel<Half, bool>(
          c, [=](Half a, Half b) { return compare(half_to_float(a), half_to_float(b)); });
    case DType::kBFloat16:
      return binary_kernel<BFloat16, bool>(
          c, [=](BFloat16 a, BFloat16 b) { return compare(bfloat16_to_float(a), bfloat16_to_float(b)); });
    case DType::kInt32:
      return binary_kernel<int32_t, bool>(c, compare);
    case DType::kUInt32:
      return binary_kernel<uint32_t, bool>(c, compare);
    case DType::kInt64:
      return binary_kernel<int64_t, bool>(c, compare);
    case DType::kBool:
      return binary_kernel<bool, bool>(c, compare);
    case DType::kInt8:
      return stored_comparison<int8_t>(c, compare);
    case DType::kUInt8:
      return stored_comparison<uint8_t>(c, compare);
    case DType::kInt16:
      return stored_comparison<int16_t>(c, compare);
    case DType::kString:
      return string_comparison(c, compare);
    default:
      refuse_dtype(c);
  }
}

// The same for comparisons by size, which take neither bools nor strings, and compare 16-bit values as
// stored.
template <class Compare>
Kernel ordering_kernel(PrepareContext& c) {
  if (c.input_dtype(0) == DType::kBool || c.input_dtype(0) == DType::kString) refuse_dtype(c);
  if (c.input_dtype(0) == DType::kInt16) return binary_kernel<int16_t, bool>(c, Compare());
  return comparison_kernel<Compare>(c);
}

}  // namespace litewright
