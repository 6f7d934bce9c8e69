#include <functional>

#include "ops/comparison.h"

namespace litewright {
extern const OpDef kGreaterEqual;
const OpDef kGreaterEqual = {
    .code = BuiltinOp::kGreaterEqual,
    .max_version = 3,
    .inputs = {{"x"}, {"y"}},
    .options = &schema_of<GreaterEqualOptions>(),
    .infer = infer_comparison,
    .prepare = ordering_kernel<std::greater_equal<>>,
    .quant = {.output = QuantRule::kNotQuantized},
    .types = "float32, float16, bfloat16, int8, uint8, int16, int32, uint32, int64",
};

}  // namespace litewright
