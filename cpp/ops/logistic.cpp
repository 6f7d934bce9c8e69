#include "ops/sigmoid16.h"

namespace litewright {
namespace {

Kernel prepare(PrepareContext& c) {
  switch (c.input_dtype(0)) {
    case DType::kInt8:
    case DType::kUInt8:
      return real_table_kernel(c, [](float x) { return 1.0f / (1.0f + std::exp(-x)); });
    case DType::kInt16:
      return sigmoid16_kernel(c, false);
    default:
      return float_kernel(c, UnaryOp::kLogistic);
  }
}

}  // namespace

extern const OpDef kLogistic;
const OpDef kLogistic = {
    .code = BuiltinOp::kLogistic,
    .max_version = 3,
    .inputs = {{"x"}},
    .infer = infer_unary,
    .prepare = prepare,
    .quant = {.output = QuantRule::kFixed,
              .int16 = true,
              .fixed_scale8 = 1.0f / 256,
              .fixed_zero8 = -128,
              .fixed_scale16 = 1.0f / 32768},
    .types = "float32, float16, bfloat16, int8, uint8, int16",
    .fast_path = true,
    .follow = follow_unary<UnaryOp::kLogistic>,
};

}  // namespace litewright
