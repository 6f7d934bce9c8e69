#include "ops/movement.h"

#include <cstring>
#include <limits>
#include <numeric>

#include "runtime/resources.h"

namespace litewright {

Walk dense_walk(const Shape& shape) {
  const int64_t count = num_elements(shape);
  return {{{count, 1, 1}}};
}

void set_moved_output(InferContext& c, int output, DType dtype, Shape shape) {
  if (dtype == DType::kString) {
    c.set_output_at_run(output, dtype);
  } else {
    c.set_output(output, dtype, std::move(shape));
  }
}

Kernel movement_kernel(const PrepareContext& c, int input, const Movement& movement) {
  if (c.input_dtype(input) != DType::kString) {
    return
        [input, plan = CopyPlan(movement.walk, dtype_size(c.input_dtype(input)))](RunContext& run) -> Status {
          plan.run(run.in<uint8_t>(input), run.out<uint8_t>(0), &run.pool());
          return {};
        };
  }
  // Moves the strings' numbers, then the strings.
  c.resources().usage.check_value(movement.shape, DType::kString);
  std::vector<int32_t> numbers(num_elements(c.input_shape(input))), sources(num_elements(movement.shape));
  std::iota(numbers.begin(), numbers.end(), 0);
  CopyPlan(movement.walk, sizeof(int32_t)).run(numbers.data(), sources.data(), nullptr);
  return [input, shape = movement.shape, sources = std::move(sources)](RunContext& run) -> Status {
    std::vector<std::string_view> strings, moved(sources.size());
    const Status status = read_strings(run, input, strings);
    if (!status.ok()) return status;
    for (size_t i = 0; i < sources.size(); ++i) moved[i] = strings[sources[i]];
    return write_strings(run, 0, shape, moved);
  };
}

Kernel reshape_kernel(const PrepareContext& c, int input, const Shape& shape) {
  return movement_kernel(c, input, {shape, dense_walk(shape)});
}

int checked_axis(const NodeContext& c, int64_t axis, int rank, const char* what) {
  const std::optional<int> normalized = normalize_axis(axis, rank);
  if (!normalized) c.fail(what, " ", axis, " is outside the ", rank, " dimensions");
  return *normalized;
}

Shape checked_shape(const NodeContext& c, const std::vector<int64_t>& dims) {
  Shape shape;
  for (int64_t dim : dims) {
    if (dim < 0 || dim > std::numeric_limits<int32_t>::max())
      c.fail("a dimension of the result would be ", dim);
    shape.push_back(static_cast<int32_t>(dim));
  }
  if (!checked_elements(shape)) c.fail("the result would have the shape ", to_string(shape));
  return shape;
}

}  // namespace litewright
