#include "ops/broadcast.h"
#include "ops/selection.h"

namespace litewright {
namespace {

void infer(InferContext& c) {
  check_selection(c);
  const std::optional<Shape> shape = broadcast(broadcast_inputs(c, 0, 1), c.input_shape(2));
  if (!shape) {
    c.fail("shapes do not fit: ", c.describe_input(0), ", ", c.describe_input(1), ", ", c.describe_input(2));
  }
  set_selection_output(c, *shape);
}

Kernel prepare(PrepareContext& c) { return selection_kernel(c, c.input_shape(0)); }

}  // namespace

extern const OpDef kSelectV2;
const OpDef kSelectV2 = {
    .code = BuiltinOp::kSelectV2,
    .max_version = 2,
    .inputs = {{"condition"}, {"x"}, {"y"}},
    .options = &schema_of<SelectV2Options>(),
    .infer = infer,
    .prepare = prepare,
    .quant = {.output = QuantRule::kSameAsInput, .int16 = true},
    .types = "every type of fixed size",
};

}  // namespace litewright
