#include <cmath>

#include "ops/elementwise.h"

namespace litewright {
namespace {

float exact(float x) { return 0.5f * x * std::erfc(x * -0.70710678f); }
float by_tanh(float x) { return 0.5f * x * (1 + std::tanh(0.79788456f * (x + 0.044715f * x * x * x))); }

Kernel prepare(PrepareContext& c) {
  const bool approximate = c.options<GeluOptions>().approximate;
  switch (c.input_dtype(0)) {
    case DType::kInt8:
    case DType::kUInt8:
      return real_table_kernel(c, approximate ? by_tanh : exact);
    case DType::kInt16:
      return real_table16_kernel(c, approximate ? by_tanh : exact);
    default:
      return float_kernel(c, approximate ? UnaryOp::kGeluTanh : UnaryOp::kGelu);
  }
}

}  // namespace

extern const OpDef kGelu;
const OpDef kGelu = {
    .code = BuiltinOp::kGelu,
    .max_version = 3,
    .inputs = {{"x"}},
    .options = &schema_of<GeluOptions>(),
    .infer = infer_unary,
    .prepare = prepare,
    .quant = {.output = QuantRule::kOwnRange, .int16 = true},
    .types = "float32, float16, bfloat16, int8, uint8, int16",
    .fast_path = true,
};

}  // namespace litewright
