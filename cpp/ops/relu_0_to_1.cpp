#include "ops/relu_family.h"

namespace litewright {
namespace {

Kernel prepare(PrepareContext& c) { return bounded_kernel(c, 0.0f, 1.0f, false); }

}  // namespace

extern const OpDef kRelu0To1;
const OpDef kRelu0To1 = {
    .code = BuiltinOp::kRelu0To1,
    .max_version = 1,
    .inputs = {{"x"}},
    .infer = infer_unary,
    .prepare = prepare,
    .quant = {.output = QuantRule::kOwnRange, .int16 = false},
    .types = "float32, float16, int8, uint8",
    .fast_path = true,
};

}  // namespace litewright
