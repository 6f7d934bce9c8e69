#include "ops/selection.h"

namespace litewright {
namespace {

// x and y have one shape; the condition has it too, or is a scalar, or has one element for each of their
// first dimension.
void infer(InferContext& c) {
  check_selection(c);
  const Shape &condition = c.input_shape(0), &x = c.input_shape(1);
  const bool fits =
      condition == x || condition.empty() || (condition.size() == 1 && !x.empty() && condition[0] == x[0]);
  if (!fits || x != c.input_shape(2)) {
    c.fail("shapes do not fit: ", c.describe_input(0), ", ", c.describe_input(1), ", ", c.describe_input(2));
  }
  set_selection_output(c, x);
}

Kernel prepare(PrepareContext& c) {
  Shape condition = c.input_shape(0);
  if (condition.size() == 1) condition.resize(c.input_shape(1).size(), 1);
  return selection_kernel(c, condition);
}

}  // namespace

extern const OpDef kSelect;
const OpDef kSelect = {
    .code = BuiltinOp::kSelect,
    .max_version = 4,
    .inputs = {{"condition"}, {"x"}, {"y"}},
    .options = &schema_of<SelectOptions>(),
    .infer = infer,
    .prepare = prepare,
    .quant = {.output = QuantRule::kSameAsInput, .int16 = true},
    .types = "every type of fixed size",
};

}  // namespace litewright
