// REVERSE_V2: the elements in reverse order along the given dimensions.
#include "ops/movement.h"

namespace litewright {
namespace {

Movement reversed(const ValueContext& c) {
  const Shape& shape = c.input_shape(0);
  const std::vector<int64_t> strides = dense_strides(shape);
  Movement result{shape, {}};
  for (size_t i = 0; i < shape.size(); ++i) result.walk.dims.push_back({shape[i], strides[i], strides[i]});
  for (int64_t value : c.ints(1)) {
    const int axis = checked_axis(c, value, static_cast<int>(shape.size()));
    if (result.walk.dims[axis].source < 0) c.fail("axis ", value, " is given twice");
    if (shape[axis] == 0) continue;
    result.walk.dims[axis].source = -strides[axis];
    result.walk.source_offset += (shape[axis] - 1) * strides[axis];
  }
  return result;
}

void infer(InferContext& c) { set_moved_output(c, 0, c.input_dtype(0), c.input_shape(0)); }
Kernel prepare(PrepareContext& c) { return movement_kernel(c, 0, reversed(c)); }

}  // namespace

extern const OpDef kReverseV2;
const OpDef kReverseV2 = {.code = BuiltinOp::kReverseV2,
                          .max_version = 4,
                          .inputs = {{"tensor"}, {"axis"}},
                          .options = &schema_of<ReverseV2Options>(),
                          .infer = infer,
                          .prepare = prepare,
                          .quant = same_scale_rule(),
                          .types = "all"};

}  // namespace litewright
