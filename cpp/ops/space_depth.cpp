// SPACE_TO_DEPTH: the pixels of a block become the channels of one. DEPTH_TO_SPACE undoes it. NHWC.
#include "ops/movement.h"

namespace litewright {
namespace {

// Copies between [N, H, b, W, b, C] of the wide image and [N, H, W, b, b, C] of the deep one.
Movement blocks(const NodeContext& c, const Shape& wide, const Shape& deep, int64_t block, bool to_depth) {
  const int64_t channels = wide[3], row = wide[2] * channels;
  Movement result{to_depth ? deep : wide, {}};
  const auto add = [&](int64_t extent, int64_t in_wide, int64_t in_deep) {
    result.walk.dims.push_back({extent, to_depth ? in_wide : in_deep, to_depth ? in_deep : in_wide});
  };
  add(wide[0], wide[1] * row, wide[1] * row);
  add(deep[1], block * row, int64_t{deep[2]} * deep[3]);
  add(deep[2], block * channels, deep[3]);
  add(block, row, block * channels);
  add(block, channels, channels);
  add(channels, 1, 1);
  if (wide[1] % block != 0 || wide[2] % block != 0)
    c.fail(c.describe_input(0), " does not divide into blocks of ", block);
  return result;
}

const Shape& image(const NodeContext& c, int64_t block) {
  if (c.input_shape(0).size() != 4 || block < 1 || dtype_size(c.input_dtype(0)) == 0) {
    c.fail(c.describe_input(0), " with block_size ", block, " is not possible");
  }
  return c.input_shape(0);
}

Movement to_depth(const NodeContext& c) {
  const int64_t block = c.options<SpaceToDepthOptions>().block_size;
  const Shape& in = image(c, block);
  int64_t depth;
  if (__builtin_mul_overflow(block * block, int64_t{in[3]}, &depth))
    c.fail("block_size ", block, " is too large");
  return blocks(c, in, checked_shape(c, {in[0], in[1] / block, in[2] / block, depth}), block, true);
}

Movement to_space(const NodeContext& c) {
  const int64_t block = c.options<DepthToSpaceOptions>().block_size;
  const Shape& in = image(c, block);
  if (in[3] % (block * block) != 0)
    c.fail(c.describe_input(0), " has channels that are not a multiple of ", block * block);
  return blocks(c, checked_shape(c, {in[0], in[1] * block, in[2] * block, in[3] / (block * block)}), in,
                block, false);
}

void infer_to_depth(InferContext& c) { c.set_output(0, c.input_dtype(0), to_depth(c).shape); }
void infer_to_space(InferContext& c) { c.set_output(0, c.input_dtype(0), to_space(c).shape); }
Kernel prepare_to_depth(PrepareContext& c) { return movement_kernel(c, 0, to_depth(c)); }
Kernel prepare_to_space(PrepareContext& c) { return movement_kernel(c, 0, to_space(c)); }

}  // namespace

extern const OpDef kSpaceToDepth, kDepthToSpace;
const OpDef kSpaceToDepth = {.code = BuiltinOp::kSpaceToDepth,
                             .max_version = 2,
                             .inputs = {{"input"}},
                             .options = &schema_of<SpaceToDepthOptions>(),
                             .infer = infer_to_depth,
                             .prepare = prepare_to_depth,
                             .quant = same_scale_rule(false),
                             .types = "all but string"};
const OpDef kDepthToSpace = {.code = BuiltinOp::kDepthToSpace,
                             .max_version = 2,
                             .inputs = {{"input"}},
                             .options = &schema_of<DepthToSpaceOptions>(),
                             .infer = infer_to_space,
                             .prepare = prepare_to_space,
                             .quant = same_scale_rule(false),
                             .types = "all but string"};

}  // namespace litewright
