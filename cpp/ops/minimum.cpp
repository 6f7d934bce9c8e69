#include "ops/extremum.h"

namespace litewright {
extern const OpDef kMinimum;
const OpDef kMinimum = {
    .code = BuiltinOp::kMinimum,
    .max_version = 4,
    .inputs = {{"x"}, {"y"}},
    .options = &schema_of<MaximumMinimumOptions>(),
    .infer = infer_binary,
    .prepare = extremum_kernel<BinaryOp::kMinimum>,
    .quant = {.output = QuantRule::kSameAsInput, .int16 = true},
    .types = "float32, float16, bfloat16, int8, uint8, int16, int32, int64",
    .fast_path = true,
};

}  // namespace litewright
