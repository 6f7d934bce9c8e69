#include "ops/reduce_extremum.h"

namespace litewright {
extern const OpDef kReduceMax;
const OpDef kReduceMax = {
    .code = BuiltinOp::kReduceMax,
    .max_version = 3,
    .inputs = {{"x"}, {"axes"}},
    .options = &schema_of<ReducerOptions>(),
    .infer = infer_reduce,
    .prepare = reduce_extremum_kernel<true>,
    .quant = {.output = QuantRule::kSameAsInput, .int16 = true},
    .types = "float32, int8, uint8, int16, int32, int64",
};

}  // namespace litewright
