// BROADCAST_TO: the input under a shape it can be broadcast to.
#include "ops/movement.h"

namespace litewright {
namespace {

Movement broadcasted(const ValueContext& c) {
  const Shape& shape = c.input_shape(0);
  Movement result{checked_shape(c, c.ints(1)), {}};
  if (result.shape.size() < shape.size())
    c.fail(c.describe_input(0), " cannot become ", to_string(result.shape));
  const std::vector<int64_t> strides = dense_strides(shape), destinations = dense_strides(result.shape);
  const size_t added = result.shape.size() - shape.size();
  for (size_t i = 0; i < result.shape.size(); ++i) {
    const bool repeats = i < added || shape[i - added] == 1;
    if (!repeats && shape[i - added] != result.shape[i])
      c.fail(c.describe_input(0), " cannot become ", to_string(result.shape));
    result.walk.dims.push_back({result.shape[i], repeats ? 0 : strides[i - added], destinations[i]});
  }
  return result;
}

void infer(InferContext& c) { set_moved_output(c, 0, c.input_dtype(0), broadcasted(c).shape); }
Kernel prepare(PrepareContext& c) { return movement_kernel(c, 0, broadcasted(c)); }

}  // namespace

extern const OpDef kBroadcastTo;
const OpDef kBroadcastTo = {.code = BuiltinOp::kBroadcastTo,
                            .max_version = 4,
                            .inputs = {{"input"}, {"shape"}},
                            .options = &schema_of<BroadcastToOptions>(),
                            .infer = infer,
                            .prepare = prepare,
                            .quant = same_scale_rule(),
                            .types = "all"};

}  // namespace litewright
