#include "ops/binary.h"

namespace litewright {
namespace {

Kernel prepare(PrepareContext& c) {
  const SubOptions& options = c.options<SubOptions>();
  return sum_kernel(c, options.fused_activation_function, options.pot_scale_int16, true);
}

BlockFunction follow(PrepareContext& c, int operand) {
  return binary_follower(c, operand, BinaryOp::kSub, c.options<SubOptions>().fused_activation_function);
}

}  // namespace

extern const OpDef kSub;
const OpDef kSub = {
    .code = BuiltinOp::kSub,
    .max_version = 5,
    .inputs = {{"x"}, {"y"}},
    .options = &schema_of<SubOptions>(),
    .infer = infer_binary,
    .prepare = prepare,
    .quant = {.output = QuantRule::kOwnRange, .int16 = true},
    .types = "float32, float16, int8, uint8, int16, int32, int64",
    .fast_path = true,
    .follow = follow,
};

}  // namespace litewright
