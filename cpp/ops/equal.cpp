#include <functional>

#include "ops/comparison.h"

namespace litewright {
extern const OpDef kEqual;
const OpDef kEqual = {
    .code = BuiltinOp::kEqual,
    .max_version = 5,
    .inputs = {{"x"}, {"y"}},
    .options = &schema_of<EqualOptions>(),
    .infer = infer_comparison,
    .prepare = comparison_kernel<std::equal_to<>>,
    .quant = {.output = QuantRule::kNotQuantized},
    .types = "float32, float16, bfloat16, int8, uint8, int16, int32, uint32, int64, bool, string",
};

}  // namespace litewright
