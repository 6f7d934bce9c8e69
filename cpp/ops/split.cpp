// SPLIT (axis, value): equal parts. SPLIT_V (value, sizes, axis): parts of given sizes, one of which may be
// -1 (what is left over).
#include "ops/partition.h"

namespace litewright {
namespace {

Partition parts(const NodeContext& c, int input, int axis, std::vector<int64_t> extents) {
  Partition result{input, axis, std::move(extents), {}};
  for (int64_t extent : result.extents) {
    Shape shape = c.input_shape(input);
    shape[axis] = static_cast<int32_t>(extent);
    result.shapes.push_back(std::move(shape));
  }
  return result;
}

Partition equal_parts(const ValueContext& c) {
  const Shape& shape = c.input_shape(1);
  const int axis = checked_axis(c, c.int_scalar(0), static_cast<int>(shape.size()));
  const int count = c.options<SplitOptions>().num_splits;
  if (count <= 0 || count > c.num_outputs() || shape[axis] % count != 0) {
    c.fail(c.describe_input(1), " cannot be split into ", count, " equal parts along axis ", axis);
  }
  return parts(c, 1, axis, std::vector<int64_t>(count, shape[axis] / count));
}

Partition sized_parts(const ValueContext& c) {
  const Shape& shape = c.input_shape(0);
  const int axis = checked_axis(c, c.int_scalar(2), static_cast<int>(shape.size()));
  std::vector<int64_t> sizes = c.ints(1);
  int64_t left = shape[axis];
  int64_t* stretched = nullptr;
  for (int64_t& size : sizes) {
    if (size == -1) {
      if (stretched != nullptr) c.fail("two sizes are -1");
      stretched = &size;
    } else if (size < 0 || size > left) {
      c.fail("size ", size, " does not fit ", c.describe_input(0));
    } else {
      left -= size;
    }
  }
  if (stretched != nullptr) {
    *stretched = left;
  } else if (left != 0) {
    c.fail("the sizes leave ", left, " of dimension ", axis, " of ", c.describe_input(0));
  }
  return parts(c, 0, axis, std::move(sizes));
}

void infer_split(InferContext& c) { infer_partition(c, equal_parts(c)); }
Kernel prepare_split(PrepareContext& c) { return partition_kernel(c, equal_parts(c)); }
void infer_split_v(InferContext& c) { infer_partition(c, sized_parts(c)); }
Kernel prepare_split_v(PrepareContext& c) { return partition_kernel(c, sized_parts(c)); }

}  // namespace

extern const OpDef kSplit, kSplitV;
const OpDef kSplit = {.code = BuiltinOp::kSplit,
                      .max_version = 5,
                      .inputs = {{"axis"}, {"value"}},
                      .outputs = {{"outputs", OperandDef::kVariadic}},
                      .options = &schema_of<SplitOptions>(),
                      .infer = infer_split,
                      .prepare = prepare_split,
                      .quant = same_scale_rule(),
                      .types = "all"};
const OpDef kSplitV = {.code = BuiltinOp::kSplitV,
                       .max_version = 3,
                       .inputs = {{"value"}, {"size_splits"}, {"axis"}},
                       .outputs = {{"outputs", OperandDef::kVariadic}},
                       .options = &schema_of<SplitVOptions>(),
                       .infer = infer_split_v,
                       .prepare = prepare_split_v,
                       .quant = same_scale_rule(),
                       .types = "all"};

}  // namespace litewright
