#include "ops/relu_family.h"

namespace litewright {
namespace {

Kernel prepare(PrepareContext& c) { return bounded_kernel(c, 0.0f, 6.0f); }

}  // namespace

extern const OpDef kRelu6;
const OpDef kRelu6 = {
    .code = BuiltinOp::kRelu6,
    .max_version = 3,
    .inputs = {{"x"}},
    .infer = infer_unary,
    .prepare = prepare,
    .quant = {.output = QuantRule::kOwnRange, .int16 = true},
    .types = "float32, float16, int8, uint8, int16",
    .fast_path = true,
};

}  // namespace litewright
