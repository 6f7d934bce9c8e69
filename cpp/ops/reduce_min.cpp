#include "ops/reduce_extremum.h"

namespace litewright {
extern const OpDef kReduceMin;
const OpDef kReduceMin = {
    .code = BuiltinOp::kReduceMin,
    .max_version = 3,
    .inputs = {{"x"}, {"axes"}},
    .options = &schema_of<ReducerOptions>(),
    .infer = infer_reduce,
    .prepare = reduce_extremum_kernel<false>,
    .quant = {.output = QuantRule::kSameAsInput, .int16 = true},
    .types = "float32, int8, uint8, int16, int32, int64",
};

}  // namespace litewright
