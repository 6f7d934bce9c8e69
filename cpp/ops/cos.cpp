#include <cmath>

#include "ops/elementwise.h"

namespace litewright {
namespace {

Kernel prepare(PrepareContext& c) {
  const auto of_float = [](float x) { return std::cos(x); };
  if (c.input_dtype(0) == DType::kFloat32) return map_kernel<float>(c, of_float);
  return float_function_kernel(c, of_float);
}

}  // namespace

extern const OpDef kCos;
const OpDef kCos = {
    .code = BuiltinOp::kCos,
    .max_version = 2,
    .inputs = {{"x"}},
    .options = &schema_of<CosOptions>(),
    .infer = infer_unary,
    .prepare = prepare,
    .types = "float32, float16, bfloat16",
};

}  // namespace litewright
