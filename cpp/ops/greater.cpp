#include <functional>

#include "ops/comparison.h"

namespace litewright {
extern const OpDef kGreater;
const OpDef kGreater = {
    .code = BuiltinOp::kGreater,
    .max_version = 2,
    .inputs = {{"x"}, {"y"}},
    .options = &schema_of<GreaterOptions>(),
    .infer = infer_comparison,
    .prepare = ordering_kernel<std::greater<>>,
    .quant = {.output = QuantRule::kNotQuantized},
    .types = "float32, float16, bfloat16, int8, uint8, int16, int32, uint32, int64",
};

}  // namespace litewright
