#include <cmath>

#include "ops/reduce.h"

namespace litewright {
namespace {

template <class T>
Kernel number_product(PrepareContext& c) {
  return step_kernel<T>(
      c, T(1),
      [](T product, T x) {
        if constexpr (std::is_integral_v<T>) {
          return static_cast<T>(static_cast<uint64_t>(product) * static_cast<uint64_t>(x));
        } else {
          return product * x;
        }
      },
      [](T product) { return product; });
}

// Every factor is rescaled by the root of the output's scale, so that the product stays small.
template <class T>
Kernel quantized_product(PrepareContext& c) {
  const ScaleZero in = input_scale(c), out = output_scale(c);
  const int64_t n = std::max<int64_t>(1, reduce_plan(c).reduced);
  const double root = std::pow(static_cast<double>(out.scale), 1.0 / static_cast<double>(n));
  const QuantizedMultiplier m = quantize_multiplier(in.scale / root);
  if (m.shift > 14) c.fail("the input's scale is too large");
  const IntRange range = quantized_type_range(c.output_dtype(0));
  struct Product {
    int32_t value;
    bool started;
  };
  return step_kernel<T, Product, T>(
      c, Product{1, false},
      [=](Product product, T x) {
        if (!product.started) return Product{x - in.zero, true};
        return Product{multiply_by_quantized_multiplier_int64(int64_t{product.value} * (x - in.zero), m),
                       true};
      },
      [=](Product product) {
        return static_cast<T>(
            clamp_to(int64_t{multiply_by_quantized_multiplier_int64(product.value, m)} + out.zero, range));
      });
}

Kernel prepare(PrepareContext& c) {
  const bool quantized = c.input_quantization(0).quantized();
  switch (c.input_dtype(0)) {
    case DType::kFloat32:
      return number_product<float>(c);
    case DType::kInt8:
      return quantized ? quantized_product<int8_t>(c) : number_product<int8_t>(c);
    case DType::kInt16:
      if (!quantized) return number_product<int16_t>(c);
      require_zero_points_of_zero(c, {0});
      return quantized_product<int16_t>(c);
    case DType::kInt32:
      return number_product<int32_t>(c);
    case DType::kInt64:
      return number_product<int64_t>(c);
    default:
      refuse_dtype(c);
  }
}

}  // namespace

extern const OpDef kReduceProd;
const OpDef kReduceProd = {
    .code = BuiltinOp::kReduceProd,
    .max_version = 2,
    .inputs = {{"x"}, {"axes"}},
    .options = &schema_of<ReducerOptions>(),
    .infer = infer_reduce,
    .prepare = prepare,
    .quant = {.output = QuantRule::kOwnRange, .int16 = true},
    .types = "float32, int8, int16, int32, int64",
};

}  // namespace litewright
