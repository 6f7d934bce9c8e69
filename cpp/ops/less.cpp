#include <functional>

#include "ops/comparison.h"

namespace litewright {
extern const OpDef kLess;
const OpDef kLess = {
    .code = BuiltinOp::kLess,
    .max_version = 3,
    .inputs = {{"x"}, {"y"}},
    .options = &schema_of<LessOptions>(),
    .infer = infer_comparison,
    .prepare = ordering_kernel<std::less<>>,
    .quant = {.output = QuantRule::kNotQuantized},
    .types = "float32, float16, bfloat16, int8, uint8, int16, int32, uint32, int64",
};

}  // namespace litewright
