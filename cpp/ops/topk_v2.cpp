// TOPK_V2: the k largest elements of every row, largest first, and where they are. Of equal ones the first
// comes first; NaN comes last.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "ops/movement.h"
#include "ops/numeric_types.h"

namespace litewright {
namespace {

void infer(InferContext& c) {
  Shape shape = c.input_shape(0);
  if (shape.empty()) c.fail(c.describe_input(0), " should have a dimension");
  const int64_t k = std::max<int64_t>(c.int_scalar(1), 0);
  if (k > shape.back()) c.fail("k is ", k, " for ", c.describe_input(0));
  shape.back() = static_cast<int32_t>(k);
  c.set_output(0, c.input_dtype(0), shape);
  const DType index = c.declares_outputs() && c.has_output(1) ? c.output_dtype(1) : DType::kInt32;
  if (index != DType::kInt32 && index != DType::kInt16) c.fail("the indices should be int32 or int16");
  if (index == DType::kInt16 && k > 0 && c.input_shape(0).back() > std::numeric_limits<int16_t>::max()) {
    c.fail("int16 indices do not reach the end of ", c.describe_input(0));
  }
  c.set_output(1, index, shape);
}

template <class T>
Kernel kernel(int64_t row, int64_t k) {
  return [row, k](RunContext& run) -> Status {
    const int64_t rows = k == 0 ? 0 : num_elements(run.output_shape(0)) / k;
    std::vector<int32_t> order(row);
    for (int64_t r = 0; r < rows; ++r) {
      const T* values = run.in<T>(0) + r * row;
      std::iota(order.begin(), order.end(), 0);
      std::partial_sort(order.begin(), order.begin() + k, order.end(), [values](int32_t a, int32_t b) {
        if constexpr (std::is_floating_point_v<T>) {
          if (std::isnan(values[a]) != std::isnan(values[b])) return std::isnan(values[b]);
        }
        return values[a] > values[b] || (!(values[a] < values[b]) && a < b);
      });
      for (int64_t i = 0; i < k; ++i) {
        run.out<T>(0)[r * k + i] = values[order[i]];
        if (!run.has_output(1)) continue;
        if (run.output(1).dtype == DType::kInt16) {
          run.out<int16_t>(1)[r * k + i] = static_cast<int16_t>(order[i]);
        } else {
          run.out<int32_t>(1)[r * k + i] = order[i];
        }
      }
    }
    return {};
  };
}

Kernel prepare(PrepareContext& c) {
  const int64_t row = c.input_shape(0).back(), k = c.output_shape(0).back();
  Kernel result;
  if (!visit_number_type(c.input_dtype(0),
                         [&](auto tag) { result = kernel<typename decltype(tag)::Type>(row, k); })) {
    c.fail(c.describe_input(0), " should hold numbers");
  }
  return result;
}

}  // namespace

extern const OpDef kTopkV2;
const OpDef kTopkV2 = {.code = BuiltinOp::kTopkV2,
                       .max_version = 3,
                       .inputs = {{"input"}, {"k"}},
                       .outputs = {{"values"}, {"indices"}},
                       .options = &schema_of<TopKV2Options>(),
                       .infer = infer,
                       .prepare = prepare,
                       .quant = same_scale_rule(),
                       .types = "float32, float64, integers of 8 to 64 bits"};

}  // namespace litewright
