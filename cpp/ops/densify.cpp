// DENSIFY: a sparse constant, dense. Sparse constants reach kernels dense already, so this copies.
#include "ops/movement.h"

namespace litewright {
namespace {

void infer(InferContext& c) { c.set_output(0, c.input_dtype(0), c.input_shape(0)); }
Kernel prepare(PrepareContext& c) { return reshape_kernel(c, 0, c.input_shape(0)); }

}  // namespace

extern const OpDef kDensify;
const OpDef kDensify = {.code = BuiltinOp::kDensify,
                        .inputs = {{"input"}},
                        .options = &schema_of<DensifyOptions>(),
                        .infer = infer,
                        .prepare = prepare,
                        .types = "float32, float16, int8"};

}  // namespace litewright
