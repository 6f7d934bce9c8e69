// TILE: the input repeated multiples[i] times along every dimension i.
#include "ops/movement.h"

namespace litewright {
namespace {

Movement tiled(const ValueContext& c) {
  const Shape& shape = c.input_shape(0);
  const std::vector<int64_t> multiples = c.ints(1), strides = dense_strides(shape);
  if (multiples.size() != shape.size()) c.fail(c.describe_input(1), " does not fit ", c.describe_input(0));
  std::vector<int64_t> dims;
  for (size_t i = 0; i < shape.size(); ++i) {
    int64_t dim;
    if (multiples[i] < 0 || __builtin_mul_overflow(multiples[i], int64_t{shape[i]}, &dim))
      c.fail("a multiple is ", multiples[i]);
    dims.push_back(dim);
  }
  Movement result{checked_shape(c, dims), {}};
  const std::vector<int64_t> destinations = dense_strides(result.shape);
  for (size_t i = 0; i < shape.size(); ++i) {
    result.walk.dims.push_back({multiples[i], 0, destinations[i] * shape[i]});
    result.walk.dims.push_back({shape[i], strides[i], destinations[i]});
  }
  return result;
}

void infer(InferContext& c) { set_moved_output(c, 0, c.input_dtype(0), tiled(c).shape); }
Kernel prepare(PrepareContext& c) { return movement_kernel(c, 0, tiled(c)); }

}  // namespace

extern const OpDef kTile;
const OpDef kTile = {.code = BuiltinOp::kTile,
                     .max_version = 3,
                     .inputs = {{"input"}, {"multiples"}},
                     .options = &schema_of<TileOptions>(),
                     .infer = infer,
                     .prepare = prepare,
                     .quant = same_scale_rule(),
                     .types = "all"};

}  // namespace litewright
