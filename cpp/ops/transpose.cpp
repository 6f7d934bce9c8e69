// TRANSPOSE: output dimension i is input dimension perm[i].
#include "ops/movement.h"

namespace litewright {
namespace {

Movement transposed(const ValueContext& c) {
  const Shape& shape = c.input_shape(0);
  const std::vector<int64_t> perm = c.ints(1);
  const int rank = static_cast<int>(shape.size());
  if (perm.size() != shape.size()) c.fail("perm has ", perm.size(), " elements for ", c.describe_input(0));
  std::vector<bool> seen(rank, false);
  const std::vector<int64_t> strides = dense_strides(shape);
  Movement result;
  for (int64_t value : perm) {
    const int axis = checked_axis(c, value, rank, "perm");
    if (seen[axis]) c.fail("perm names dimension ", value, " twice");
    seen[axis] = true;
    result.shape.push_back(shape[axis]);
    result.walk.dims.push_back({shape[axis], strides[axis], 0});
  }
  const std::vector<int64_t> destinations = dense_strides(result.shape);
  for (int i = 0; i < rank; ++i) result.walk.dims[i].destination = destinations[i];
  return result;
}

void infer(InferContext& c) { set_moved_output(c, 0, c.input_dtype(0), transposed(c).shape); }

Kernel prepare(PrepareContext& c) { return movement_kernel(c, 0, transposed(c)); }

}  // namespace

extern const OpDef kTranspose;
const OpDef kTranspose = {.code = BuiltinOp::kTranspose,
                          .max_version = 9,
                          .inputs = {{"input"}, {"perm"}},
                          .options = &schema_of<TransposeOptions>(),
                          .infer = infer,
                          .prepare = prepare,
                          .quant = same_scale_rule(),
                          .types = "all",
                          .fast_path = true};

}  // namespace litewright
