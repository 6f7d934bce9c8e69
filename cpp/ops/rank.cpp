// RANK: the number of dimensions of the input, an int32 scalar.
#include "ops/movement.h"

namespace litewright {
namespace {

void infer(InferContext& c) {
  c.input(0);
  c.set_output(0, DType::kInt32, {});
}

Kernel prepare(PrepareContext&) {
  return [](RunContext& run) -> Status {
    *run.out<int32_t>(0) = static_cast<int32_t>(run.input_shape(0).size());
    return {};
  };
}

}  // namespace

extern const OpDef kRank;
const OpDef kRank = {.code = BuiltinOp::kRank,
                     .inputs = {{"input"}},
                     .options = &schema_of<RankOptions>(),
                     .infer = infer,
                     .prepare = prepare,
                     .quant = not_quantized_rule(),
                     .types = "all; output int32",
                     .needs_shape_only = true};

}  // namespace litewright
