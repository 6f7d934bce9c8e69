// SQUEEZE: removes dimensions of extent 1, those of the options or all.
#include <algorithm>

#include "ops/movement.h"

namespace litewright {
namespace {

Shape squeezed(const NodeContext& c) {
  const Shape& shape = c.input_shape(0);
  std::vector<bool> removed(shape.size(), false);
  const std::vector<int32_t>& dims = c.options<SqueezeOptions>().squeeze_dims;
  for (int32_t dim : dims) {
    const int axis = checked_axis(c, dim, static_cast<int>(shape.size()), "squeeze_dims");
    if (shape[axis] != 1) c.fail("dimension ", dim, " of ", c.describe_input(0), " is not 1");
    removed[axis] = true;
  }
  Shape result;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (!removed[i] && !(dims.empty() && shape[i] == 1)) result.push_back(shape[i]);
  }
  return result;
}

void infer(InferContext& c) { set_moved_output(c, 0, c.input_dtype(0), squeezed(c)); }

Kernel prepare(PrepareContext& c) { return reshape_kernel(c, 0, squeezed(c)); }

}  // namespace

extern const OpDef kSqueeze;
const OpDef kSqueeze = {.code = BuiltinOp::kSqueeze,
                        .max_version = 2,
                        .inputs = {{"input"}},
                        .options = &schema_of<SqueezeOptions>(),
                        .infer = infer,
                        .prepare = prepare,
                        .quant = same_scale_rule(),
                        .types = "all"};

}  // namespace litewright
