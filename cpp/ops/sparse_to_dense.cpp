// SPARSE_TO_DENSE: a tensor of the default value with `values` at `indices`.
#include <cstring>

#include "ops/gather.h"
#include "ops/movement.h"

namespace litewright {
namespace {

void infer(InferContext& c) {
  check_index_dtype(c, 0);
  const Shape& indices = c.input_shape(0);
  const Shape& values = c.input_shape(2);
  const Shape shape = checked_shape(c, c.ints(1));
  const int64_t depth = indices.size() < 2 ? 1 : indices[1], rows = indices.empty() ? 1 : indices[0];
  if (indices.size() > 2 || depth != static_cast<int64_t>(shape.size())) {
    c.fail(c.describe_input(0), " does not fit the shape ", to_string(shape));
  }
  if (values.size() > 1 || (values.size() == 1 && values[0] != rows))
    c.fail(c.describe_input(2), " does not fit ", c.describe_input(0));
  if (c.input_dtype(2) != c.input_dtype(3) || num_elements(c.input_shape(3)) != 1 ||
      dtype_size(c.input_dtype(2)) == 0) {
    c.fail(c.describe_input(3), " should be one element like ", c.describe_input(2));
  }
  c.set_output(0, c.input_dtype(2), shape);
}

Kernel prepare(PrepareContext& c) {
  const Shape& indices = c.input_shape(0);
  const int64_t rows = indices.empty() ? 1 : indices[0];
  return [rows, element = dtype_size(c.input_dtype(2)),
          step = c.input_shape(2).empty() ? 0 : 1](RunContext& run) -> Status {
    const Shape& shape = run.output_shape(0);
    const int64_t depth = static_cast<int64_t>(shape.size());
    uint8_t* output = run.out<uint8_t>(0);
    fill_elements(output, num_elements(shape), run.in<uint8_t>(3), element);
    for (int64_t row = 0; row < rows; ++row) {
      int64_t at = 0;
      for (int64_t k = 0; k < depth; ++k) {
        const int64_t index = index_at(run.input(0), row * depth + k);
        if (index < 0 || index >= shape[k])
          return Status::error("index ", index, " is outside dimension ", k, " of ", to_string(shape));
        at = at * shape[k] + index;
      }
      std::memcpy(output + at * element, run.in<uint8_t>(2) + row * step * element, element);
    }
    return {};
  };
}

}  // namespace

extern const OpDef kSparseToDense;
const OpDef kSparseToDense = {.code = BuiltinOp::kSparseToDense,
                              .max_version = 3,
                              .inputs = {{"indices"}, {"output_shape"}, {"values"}, {"default_value"}},
                              .options = &schema_of<SparseToDenseOptions>(),
                              .infer = infer,
                              .prepare = prepare,
                              .types = "all but string; indices int32, int64"};

}  // namespace litewright
