// EXPAND_DIMS: puts a dimension of extent 1 before `axis` (-1: at the end).
#include "ops/movement.h"

namespace litewright {
namespace {

Shape expanded(const ValueContext& c) {
  Shape shape = c.input_shape(0);
  const int axis = checked_axis(c, c.int_scalar(1), static_cast<int>(shape.size()) + 1);
  shape.insert(shape.begin() + axis, 1);
  return shape;
}

void infer(InferContext& c) { set_moved_output(c, 0, c.input_dtype(0), expanded(c)); }

Kernel prepare(PrepareContext& c) { return reshape_kernel(c, 0, expanded(c)); }

}  // namespace

extern const OpDef kExpandDims;
const OpDef kExpandDims = {.code = BuiltinOp::kExpandDims,
                           .inputs = {{"input"}, {"axis"}},
                           .options = &schema_of<ExpandDimsOptions>(),
                           .infer = infer,
                           .prepare = prepare,
                           .quant = same_scale_rule(),
                           .types = "all"};

}  // namespace litewright
