#include "ops/arg_extremum.h"

namespace litewright {
namespace {

void infer(InferContext& c) { infer_arg_extremum(c, c.options<ArgMaxOptions>().output_type); }
Kernel prepare(PrepareContext& c) { return arg_extremum_kernel(c, true); }

}  // namespace

extern const OpDef kArgMax;
const OpDef kArgMax = {
    .code = BuiltinOp::kArgMax,
    .max_version = 3,
    .inputs = {{"x"}, {"axis"}},
    .options = &schema_of<ArgMaxOptions>(),
    .infer = infer,
    .prepare = prepare,
    .quant = {.output = QuantRule::kNotQuantized},
    .types = "float32, int8, uint8, int32, bool",
};

}  // namespace litewright
