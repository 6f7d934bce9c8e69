// RANGE: start, start + delta, ... up to but without `limit`.
#include <cmath>

#include "ops/movement.h"

namespace litewright {
namespace {

template <class T>
int64_t count(const ValueContext& c) {
  const T start = c.values<T>(0)[0], limit = c.values<T>(1)[0], delta = c.values<T>(2)[0];
  if (delta == 0 || (delta > 0 ? start > limit : start < limit))
    c.fail("there is no range from ", start, " to ", limit, " by ", delta);
  if constexpr (std::is_integral_v<T>) {
    const auto distance = delta > 0 ? static_cast<uint64_t>(limit) - static_cast<uint64_t>(start)
                                    : static_cast<uint64_t>(start) - static_cast<uint64_t>(limit);
    const uint64_t step =
        delta > 0 ? static_cast<uint64_t>(delta) : uint64_t{0} - static_cast<uint64_t>(delta);
    const uint64_t steps = distance == 0 ? 0 : (distance - 1) / step + 1;
    return steps > INT32_MAX ? INT64_MAX : static_cast<int64_t>(steps);
  } else {
    const double steps = std::ceil(std::abs((limit - start) / delta));
    return steps <= INT32_MAX ? static_cast<int64_t>(steps) : INT64_MAX;
  }
}

void infer(InferContext& c) {
  const DType dtype = c.input_dtype(0);
  for (int i = 0; i < 3; ++i) {
    if (num_elements(c.input_shape(i)) != 1) c.fail(c.describe_input(i), " should be a scalar");
  }
  int64_t steps = 0;
  switch (dtype) {
    case DType::kFloat32:
      steps = count<float>(c);
      break;
    case DType::kInt32:
      steps = count<int32_t>(c);
      break;
    case DType::kInt64:
      steps = count<int64_t>(c);
      break;
    default:
      c.fail(c.describe_input(0), " should be float32, int32 or int64");
  }
  c.set_output(0, dtype, checked_shape(c, {steps}));
}

template <class T>
Status run_range(RunContext& run) {
  T value = *run.in<T>(0);
  const T delta = *run.in<T>(2);
  T* output = run.out<T>(0);
  const int64_t steps = run.output_shape(0)[0];
  for (int64_t i = 0; i < steps; ++i) {
    output[i] = value;
    if (i + 1 < steps) value += delta;
  }
  return {};
}

Kernel prepare(PrepareContext& c) {
  switch (c.input_dtype(0)) {
    case DType::kFloat32:
      return run_range<float>;
    case DType::kInt32:
      return run_range<int32_t>;
    default:
      return run_range<int64_t>;
  }
}

}  // namespace

extern const OpDef kRange;
const OpDef kRange = {.code = BuiltinOp::kRange,
                      .max_version = 2,
                      .inputs = {{"start"}, {"limit"}, {"delta"}},
                      .options = &schema_of<RangeOptions>(),
                      .infer = infer,
                      .prepare = prepare,
                      .types = "float32, int32, int64"};

}  // namespace litewright
