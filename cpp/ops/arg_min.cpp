#include "ops/arg_extremum.h"

namespace litewright {
namespace {

void infer(InferContext& c) { infer_arg_extremum(c, c.options<ArgMinOptions>().output_type); }
Kernel prepare(PrepareContext& c) { return arg_extremum_kernel(c, false); }

}  // namespace

extern const OpDef kArgMin;
const OpDef kArgMin = {
    .code = BuiltinOp::kArgMin,
    .max_version = 3,
    .inputs = {{"x"}, {"axis"}},
    .options = &schema_of<ArgMinOptions>(),
    .infer = infer,
    .prepare = prepare,
    .quant = {.output = QuantRule::kNotQuantized},
    .types = "float32, int8, uint8, int32, bool",
};

}  // namespace litewright
