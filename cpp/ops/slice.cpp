// SLICE: `size` elements from `begin` on in every dimension; size -1 means the rest.
#include <algorithm>

#include "ops/movement.h"

namespace litewright {
namespace {

std::vector<int64_t> vector_for(const ValueContext& c, int operand) {
  std::vector<int64_t> values = c.ints(operand);
  if (values.size() != c.input_shape(0).size())
    c.fail(c.describe_input(operand), " does not fit ", c.describe_input(0));
  return values;
}

Movement sliced(const ValueContext& c) {
  const Shape& shape = c.input_shape(0);
  const std::vector<int64_t> begins = vector_for(c, 1), sizes = vector_for(c, 2),
                             strides = dense_strides(shape);
  Movement result;
  for (size_t i = 0; i < shape.size(); ++i) {
    const int64_t size = sizes[i] == -1 ? shape[i] - begins[i] : sizes[i];
    if (begins[i] < 0 || begins[i] > shape[i] || size < 0 || size > shape[i] - begins[i]) {
      c.fail("begin ", begins[i], " and size ", sizes[i], " are outside dimension ", i, " of ",
             c.describe_input(0));
    }
    result.shape.push_back(static_cast<int32_t>(size));
    result.walk.dims.push_back({size, strides[i], 0});
    result.walk.source_offset += begins[i] * strides[i];
  }
  const std::vector<int64_t> destinations = dense_strides(result.shape);
  for (size_t i = 0; i < shape.size(); ++i) result.walk.dims[i].destination = destinations[i];
  return result;
}

void infer(InferContext& c) {
  // Sizes alone give the shape, so `begin` may come when it runs.
  if (!c.is_known(1) && c.is_known(2)) {
    const std::vector<int64_t> sizes = vector_for(c, 2);
    if (std::all_of(sizes.begin(), sizes.end(), [](int64_t size) { return size >= 0; })) {
      return set_moved_output(c, 0, c.input_dtype(0), checked_shape(c, sizes));
    }
  }
  set_moved_output(c, 0, c.input_dtype(0), sliced(c).shape);
}

Kernel prepare(PrepareContext& c) { return movement_kernel(c, 0, sliced(c)); }

}  // namespace

extern const OpDef kSlice;
const OpDef kSlice = {.code = BuiltinOp::kSlice,
                      .max_version = 8,
                      .inputs = {{"input"}, {"begin"}, {"size"}},
                      .options = &schema_of<SliceOptions>(),
                      .infer = infer,
                      .prepare = prepare,
                      .quant = same_scale_rule(),
                      .types = "all"};

}  // namespace litewright
