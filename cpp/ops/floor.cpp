#include "ops/elementwise.h"

namespace litewright {
namespace {

Kernel prepare(PrepareContext& c) { return float_kernel(c, UnaryOp::kFloor); }

}  // namespace

extern const OpDef kFloor;
const OpDef kFloor = {
    .code = BuiltinOp::kFloor,
    .inputs = {{"x"}},
    .infer = infer_unary,
    .prepare = prepare,
    .types = "float32, float16, bfloat16",
    .fast_path = true,
};

}  // namespace litewright
