#include <cmath>

#include "ops/elementwise.h"

namespace litewright {
namespace {

Kernel prepare(PrepareContext& c) {
  if (c.input_dtype(0) != DType::kInt8) return float_kernel(c, UnaryOp::kElu);
  return real_table_kernel(c, [](float x) { return x < 0 ? std::expm1(x) : x; });
}

}  // namespace

extern const OpDef kElu;
const OpDef kElu = {
    .code = BuiltinOp::kElu,
    .inputs = {{"x"}},
    .infer = infer_unary,
    .prepare = prepare,
    .quant = {.output = QuantRule::kFloatOnly},
    .types = "float32, float16, bfloat16, int8",
    .fast_path = true,
};

}  // namespace litewright
