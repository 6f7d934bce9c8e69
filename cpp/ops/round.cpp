#include "ops/elementwise.h"

namespace litewright {
namespace {

Kernel prepare(PrepareContext& c) { return float_kernel(c, UnaryOp::kRound); }

}  // namespace

extern const OpDef kRound;
const OpDef kRound = {
    .code = BuiltinOp::kRound,
    .inputs = {{"x"}},
    .infer = infer_unary,
    .prepare = prepare,
    .types = "float32, float16, bfloat16",
    .fast_path = true,
};

}  // namespace litewright
