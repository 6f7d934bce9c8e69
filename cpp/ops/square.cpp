#include "ops/elementwise.h"

namespace litewright {
namespace {

Kernel prepare(PrepareContext& c) { return float_kernel(c, UnaryOp::kSquare); }

}  // namespace

extern const OpDef kSquare;
const OpDef kSquare = {
    .code = BuiltinOp::kSquare,
    .inputs = {{"x"}},
    .options = &schema_of<SquareOptions>(),
    .infer = infer_unary,
    .prepare = prepare,
    .types = "float32, float16, bfloat16",
    .fast_path = true,
};

}  // namespace litewright
