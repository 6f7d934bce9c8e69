#include "ops/elementwise.h"

namespace litewright {
namespace {

// Along the axis in the middle of [outer, depth, inner].
template <class T>
Kernel cumulative_sum(const PrepareContext& c) {
  const Shape& shape = c.input_shape(0);
  const std::optional<int> axis = normalize_axis(c.int_scalar(1), static_cast<int>(shape.size()));
  if (!axis) c.fail("axis ", c.int_scalar(1), " is outside of ", c.describe_input(0));
  const int64_t outer = elements_between(shape, 0, *axis), depth = shape[*axis];
  const int64_t inner = elements_between(shape, *axis + 1, shape.size());
  return [=, options = c.options<CumsumOptions>()](RunContext& r) {
    const T* in = r.in<T>(0);
    T* out = r.out<T>(0);
    for_ranges(
        r, outer * inner,
        [&](int64_t begin, int64_t end) {
          for (int64_t column = begin; column < end; ++column) {
            const int64_t first = column / inner * depth * inner + column % inner;
            T sum = 0;
            for (int64_t i = 0; i < depth; ++i) {
              const int64_t at = first + (options.reverse ? depth - 1 - i : i) * inner;
              const T before = sum;
              if constexpr (std::is_integral_v<T>) {
                sum = static_cast<T>(static_cast<uint64_t>(sum) + static_cast<uint64_t>(in[at]));
              } else {
                sum += in[at];
              }
              out[at] = options.exclusive ? before : sum;
            }
          }
        },
        64);
    return Status();
  };
}

Kernel prepare(PrepareContext& c) {
  switch (c.input_dtype(0)) {
    case DType::kFloat32:
      return cumulative_sum<float>(c);
    case DType::kInt32:
      return cumulative_sum<int32_t>(c);
    case DType::kInt64:
      return cumulative_sum<int64_t>(c);
    default:
      refuse_dtype(c);
  }
}

}  // namespace

extern const OpDef kCumsum;
const OpDef kCumsum = {
    .code = BuiltinOp::kCumsum,
    .inputs = {{"x"}, {"axis"}},
    .options = &schema_of<CumsumOptions>(),
    .infer = infer_unary,
    .prepare = prepare,
    .types = "float32, int32, int64",
};

}  // namespace litewright
