#include <cmath>

#include "ops/elementwise.h"

namespace litewright {
namespace {

Kernel prepare(PrepareContext& c) {
  const auto exponential = [](float x) { return std::exp(x); };
  switch (c.input_dtype(0)) {
    case DType::kInt8:
      return real_table_kernel(c, exponential);
    case DType::kInt16:
      require_zero_points_of_zero(c, {0});
      return real_table16_kernel(c, exponential);
    default:
      return float_kernel(c, UnaryOp::kExp);
  }
}

}  // namespace

extern const OpDef kExp;
const OpDef kExp = {
    .code = BuiltinOp::kExp,
    .max_version = 2,
    .inputs = {{"x"}},
    .options = &schema_of<ExpOptions>(),
    .infer = infer_unary,
    .prepare = prepare,
    .quant = {.output = QuantRule::kOwnRange, .int16 = true},
    .types = "float32, float16, bfloat16, int8, int16",
    .fast_path = true,
};

}  // namespace litewright
