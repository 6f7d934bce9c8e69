// UNPACK: the slices along `axis`, without that dimension.
#include "ops/partition.h"

namespace litewright {
namespace {

Partition slices(const NodeContext& c) {
  Shape shape = c.input_shape(0);
  const UnpackOptions& options = c.options<UnpackOptions>();
  const int axis = checked_axis(c, options.axis, static_cast<int>(shape.size()));
  if (options.num != shape[axis] || options.num > c.num_outputs()) {
    c.fail("num is ", options.num, " for dimension ", axis, " of ", c.describe_input(0));
  }
  shape.erase(shape.begin() + axis);
  return {0, axis, std::vector<int64_t>(options.num, 1), std::vector<Shape>(options.num, shape)};
}

void infer(InferContext& c) { infer_partition(c, slices(c)); }
Kernel prepare(PrepareContext& c) { return partition_kernel(c, slices(c)); }

}  // namespace

extern const OpDef kUnpack;
const OpDef kUnpack = {.code = BuiltinOp::kUnpack,
                       .max_version = 6,
                       .inputs = {{"value"}},
                       .outputs = {{"outputs", OperandDef::kVariadic}},
                       .options = &schema_of<UnpackOptions>(),
                       .infer = infer,
                       .prepare = prepare,
                       .quant = same_scale_rule(),
                       .types = "all"};

}  // namespace litewright
