// DYNAMIC_UPDATE_SLICE: the operand with `update` written over it at `start`, which is moved so that the
// update fits.
#include <algorithm>
#include <cstring>

#include "ops/gather.h"
#include "ops/movement.h"

namespace litewright {
namespace {

void infer(InferContext& c) {
  const Shape& shape = c.input_shape(0);
  const Shape& update = c.input_shape(1);
  check_index_dtype(c, 2);
  bool fits = update.size() == shape.size() && c.input_dtype(0) == c.input_dtype(1) &&
              dtype_size(c.input_dtype(0)) > 0;
  for (size_t i = 0; fits && i < shape.size(); ++i) fits = update[i] <= shape[i];
  if (!fits) c.fail(c.describe_input(1), " does not fit into ", c.describe_input(0));
  if (num_elements(c.input_shape(2)) != static_cast<int64_t>(shape.size()))
    c.fail(c.describe_input(2), " does not fit ", c.describe_input(0));
  c.set_output(0, c.input_dtype(0), shape);
}

Kernel prepare(PrepareContext& c) {
  const Shape& shape = c.input_shape(0);
  const Shape& update = c.input_shape(1);
  const std::vector<int64_t> strides = dense_strides(shape), sources = dense_strides(update);
  Walk walk;
  for (size_t i = 0; i < shape.size(); ++i) walk.dims.push_back({update[i], sources[i], strides[i]});
  const size_t element = dtype_size(c.input_dtype(0));
  return [strides, element, plan = CopyPlan(walk, element)](RunContext& run) -> Status {
    const Shape& shape = run.input_shape(0);
    uint8_t* output = run.out<uint8_t>(0);
    if (run.output(0).bytes > 0) std::memcpy(output, run.in<uint8_t>(0), run.output(0).bytes);
    int64_t offset = 0;
    for (size_t i = 0; i < shape.size(); ++i) {
      const int64_t last = shape[i] - run.input_shape(1)[i];
      offset += std::clamp<int64_t>(index_at(run.input(2), static_cast<int64_t>(i)), 0, last) * strides[i];
    }
    plan.run(run.in<uint8_t>(1), output + offset * static_cast<int64_t>(element), &run.pool());
    return {};
  };
}

}  // namespace

extern const OpDef kDynamicUpdateSlice;
const OpDef kDynamicUpdateSlice = {.code = BuiltinOp::kDynamicUpdateSlice,
                                   .max_version = 6,
                                   .inputs = {{"operand"}, {"update"}, {"start_indices"}},
                                   .options = &schema_of<DynamicUpdateSliceOptions>(),
                                   .infer = infer,
                                   .prepare = prepare,
                                   .quant = same_scale_rule(),
                                   .types = "all but string; start_indices int32, int64"};

}  // namespace litewright
