#include <limits>

#include "ops/reduce.h"

namespace litewright {
namespace {

template <class T>
Kernel integer_mean(PrepareContext& c) {
  const int64_t n = reduce_plan(c).reduced;
  return step_kernel<T, int64_t>(
      c, int64_t{0},
      [](int64_t sum, T x) {
        return static_cast<int64_t>(static_cast<uint64_t>(sum) + static_cast<uint64_t>(x));
      },
      [n](int64_t sum) { return n == 0 ? T(0) : static_cast<T>(sum / n); });
}

Kernel prepare(PrepareContext& c) {
  const float n = static_cast<float>(reduce_plan(c).reduced);  // 0 / 0 is NaN, the mean of nothing
  switch (c.input_dtype(0)) {
    case DType::kFloat32:
      return reduce_kernel<float, float, float>(
          c, 0.0f, Summer<float, float>{row_ops_variants().best(c.isa()).add_f32},
          [n](float sum) { return sum / n; });
    case DType::kFloat16:
      return step_kernel<Half, float>(
          c, 0.0f, [](float sum, Half x) { return sum + half_to_float(x); },
          [n](float sum) { return float_to_half(sum / n); });
    case DType::kInt32:
      return integer_mean<int32_t>(c);
    case DType::kInt64:
      return integer_mean<int64_t>(c);
    default:
      return quantized_sum_kernel(c, true);
  }
}

}  // namespace

extern const OpDef kMean;
const OpDef kMean = {
    .code = BuiltinOp::kMean,
    .max_version = 3,
    .inputs = {{"x"}, {"axes"}},
    .options = &schema_of<ReducerOptions>(),
    .infer = infer_reduce,
    .prepare = prepare,
    .quant = {.output = QuantRule::kOwnRange, .int16 = true},
    .types = "float32, float16, int8, uint8, int16, int32, int64",
    .fast_path = true,
};

}  // namespace litewright
