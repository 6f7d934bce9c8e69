#include <functional>

#include "ops/comparison.h"

namespace litewright {
extern const OpDef kNotEqual;
const OpDef kNotEqual = {
    .code = BuiltinOp::kNotEqual,
    .max_version = 4,
    .inputs = {{"x"}, {"y"}},
    .options = &schema_of<NotEqualOptions>(),
    .infer = infer_comparison,
    .prepare = comparison_kernel<std::not_equal_to<>>,
    .quant = {.output = QuantRule::kNotQuantized},
    .types = "float32, float16, bfloat16, int8, uint8, int16, int32, uint32, int64, bool, string",
};

}  // namespace litewright
