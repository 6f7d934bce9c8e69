// ONE_HOT: along a new dimension of extent `depth`, on_value where the index is, off_value elsewhere.
#include <cstring>

#include "ops/gather.h"
#include "ops/movement.h"

namespace litewright {
namespace {

int one_hot_axis(const NodeContext& c) {
  return checked_axis(c, c.options<OneHotOptions>().axis, static_cast<int>(c.input_shape(0).size()) + 1);
}

void infer(InferContext& c) {
  check_index_dtype(c, 0);
  const DType dtype = c.input_dtype(2);
  if (c.input_dtype(3) != dtype || num_elements(c.input_shape(2)) != 1 ||
      num_elements(c.input_shape(3)) != 1 || dtype_size(dtype) == 0) {
    c.fail("on_value and off_value should be scalars of one dtype");
  }
  Shape shape = c.input_shape(0);
  const Shape depth = checked_shape(c, {c.int_scalar(1)});
  shape.insert(shape.begin() + one_hot_axis(c), depth[0]);
  c.set_output(0, dtype, shape);
}

Kernel prepare(PrepareContext& c) {
  const Shape& shape = c.output_shape(0);
  const int axis = one_hot_axis(c);
  const int64_t depth = shape[axis], inner = elements_between(shape, axis + 1, shape.size());
  return [depth, inner, element = dtype_size(c.input_dtype(2))](RunContext& run) -> Status {
    uint8_t* output = run.out<uint8_t>(0);
    fill_elements(output, num_elements(run.output_shape(0)), run.in<uint8_t>(3), element);
    const int64_t indices = num_elements(run.input_shape(0));
    for (int64_t i = 0; i < indices; ++i) {
      const int64_t index = static_cast<int32_t>(index_at(run.input(0), i));
      if (index < 0 || index >= depth) continue;
      std::memcpy(output + ((i / inner * depth + index) * inner + i % inner) * element, run.in<uint8_t>(2),
                  element);
    }
    return {};
  };
}

}  // namespace

extern const OpDef kOneHot;
const OpDef kOneHot = {.code = BuiltinOp::kOneHot,
                       .inputs = {{"indices"}, {"depth"}, {"on_value"}, {"off_value"}},
                       .options = &schema_of<OneHotOptions>(),
                       .infer = infer,
                       .prepare = prepare,
                       .types = "all but string; indices int32, int64"};

}  // namespace litewright
