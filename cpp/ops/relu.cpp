#include <limits>

#include "ops/relu_family.h"

namespace litewright {
namespace {

Kernel prepare(PrepareContext& c) { return bounded_kernel(c, 0.0f, std::numeric_limits<float>::infinity()); }

}  // namespace

extern const OpDef kRelu;
const OpDef kRelu = {
    .code = BuiltinOp::kRelu,
    .max_version = 3,
    .inputs = {{"x"}},
    .infer = infer_unary,
    .prepare = prepare,
    .quant = {.output = QuantRule::kOwnRange, .int16 = true},
    .types = "float32, float16, int8, uint8, int16",
    .fast_path = true,
};

}  // namespace litewright
