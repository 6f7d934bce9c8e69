#include "ops/reduce.h"

namespace litewright {
namespace {

template <class T>
Kernel integer_sum(PrepareContext& c) {
  return step_kernel<T>(
      c, T(0),
      [](T sum, T x) { return static_cast<T>(static_cast<uint64_t>(sum) + static_cast<uint64_t>(x)); },
      [](T sum) { return sum; });
}

Kernel prepare(PrepareContext& c) {
  switch (c.input_dtype(0)) {
    case DType::kFloat32:
      return reduce_kernel<float, float, float>(
          c, 0.0f, Summer<float, float>{row_ops_variants().best(c.isa()).add_f32},
          [](float sum) { return sum; });
    case DType::kFloat16:
      return step_kernel<Half, float>(
          c, 0.0f, [](float sum, Half x) { return sum + half_to_float(x); }, float_to_half);
    case DType::kInt32:
      return integer_sum<int32_t>(c);
    case DType::kInt64:
      return integer_sum<int64_t>(c);
    default:
      return quantized_sum_kernel(c, false);
  }
}

}  // namespace

extern const OpDef kSum;
const OpDef kSum = {
    .code = BuiltinOp::kSum,
    .max_version = 2,
    .inputs = {{"x"}, {"axes"}},
    .options = &schema_of<ReducerOptions>(),
    .infer = infer_reduce,
    .prepare = prepare,
    .quant = {.output = QuantRule::kOwnRange},
    .types = "float32, float16, int8, uint8, int16, int32, int64",
    .fast_path = true,
};

}  // namespace litewright
