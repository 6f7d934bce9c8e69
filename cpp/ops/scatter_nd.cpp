// SCATTER_ND: a tensor of zeros to which slices are added at the places that the rows of `indices` name.
#include <algorithm>
#include <cstring>

#include "ops/gather.h"
#include "ops/movement.h"
#include "ops/numeric_types.h"

namespace litewright {
namespace {

void infer(InferContext& c) {
  check_index_dtype(c, 0);
  const Shape& indices = c.input_shape(0);
  const Shape& updates = c.input_shape(1);
  const Shape shape = checked_shape(c, c.ints(2));
  const size_t depth = indices.empty() ? 0 : indices.back(), outer = indices.empty() ? 0 : indices.size() - 1;
  if (indices.empty() || depth > shape.size() || updates.size() != outer + shape.size() - depth ||
      !std::equal(updates.begin(), updates.begin() + outer, indices.begin()) ||
      !std::equal(updates.begin() + outer, updates.end(), shape.begin() + depth)) {
    c.fail(c.describe_input(1), " at ", c.describe_input(0), " does not fit the shape ", to_string(shape));
  }
  c.set_output(0, c.input_dtype(1), shape);
}

template <class T>
Kernel kernel() {
  return [](RunContext& run) -> Status {
    const Shape& shape = run.output_shape(0);
    const int64_t depth = run.input_shape(0).back(), inner = elements_between(shape, depth, shape.size());
    const int64_t rows = depth == 0 ? elements_between(run.input_shape(0), 0, run.input_shape(0).size() - 1)
                                    : num_elements(run.input_shape(0)) / depth;
    const T* updates = run.in<T>(1);
    T* output = run.out<T>(0);
    std::fill_n(output, num_elements(shape), T(0));
    for (int64_t row = 0; row < rows; ++row) {
      int64_t slice = 0;
      for (int64_t k = 0; k < depth; ++k) {
        const int64_t index = index_at(run.input(0), row * depth + k);
        if (index < 0 || index >= shape[k])
          return Status::error("scatter_nd index ", index, " is out of bounds of ", to_string(shape));
        slice = slice * shape[k] + index;
      }
      for (int64_t i = 0; i < inner; ++i) {
        T& value = output[slice * inner + i];
        if constexpr (std::is_same_v<T, bool>) {
          value = value || updates[row * inner + i];
        } else {
          value = wrapping_add(value, updates[row * inner + i]);
        }
      }
    }
    return {};
  };
}

Kernel prepare(PrepareContext& c) {
  Kernel result;
  if (c.input_dtype(1) == DType::kBool) return kernel<bool>();
  const bool known =
      visit_number_type(c.input_dtype(1), [&](auto tag) { result = kernel<typename decltype(tag)::Type>(); });
  if (!known) c.fail(c.describe_input(1), " should hold numbers or bools");
  return result;
}

}  // namespace

extern const OpDef kScatterNd;
const OpDef kScatterNd = {.code = BuiltinOp::kScatterNd,
                          .inputs = {{"indices"}, {"updates"}, {"shape"}},
                          .options = &schema_of<ScatterNdOptions>(),
                          .infer = infer,
                          .prepare = prepare,
                          .quant = same_scale_rule(false),
                          .types = "float32, float64, integers of 8 to 64 bits, bool"};

}  // namespace litewright
