#include "ops/binary.h"

namespace litewright {
namespace {

Kernel prepare(PrepareContext& c) {
  const AddOptions& options = c.options<AddOptions>();
  return sum_kernel(c, options.fused_activation_function, options.pot_scale_int16, false);
}

BlockFunction follow(PrepareContext& c, int operand) {
  return binary_follower(c, operand, BinaryOp::kAdd, c.options<AddOptions>().fused_activation_function);
}

}  // namespace

extern const OpDef kAdd;
const OpDef kAdd = {
    .code = BuiltinOp::kAdd,
    .max_version = 6,
    .inputs = {{"x"}, {"y"}},
    .options = &schema_of<AddOptions>(),
    .infer = infer_binary,
    .prepare = prepare,
    .quant = {.output = QuantRule::kOwnRange, .int16 = true},
    .types = "float32, float16, int8, uint8, int16, int32, int64",
    .fast_path = true,
    .follow = follow,
};

}  // namespace litewright
