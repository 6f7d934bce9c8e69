#include "ops/arg_extremum.h"

#include <type_traits>

namespace litewright {
namespace {

struct Extents {
  int64_t outer, depth, inner;
};

int axis_of(const ValueContext& c) {
  const std::optional<int> axis = normalize_axis(c.int_scalar(1), static_cast<int>(c.input_shape(0).size()));
  if (!axis) c.fail("axis ", c.int_scalar(1), " is outside of ", c.describe_input(0));
  return *axis;
}

template <bool kMaximum, class T>
bool better(T candidate, T best) {
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(candidate)) return false;
    if (std::isnan(best)) return true;
  }
  return kMaximum ? candidate > best : candidate < best;
}

template <class T, class Index, bool kMaximum>
Kernel arg_kernel(const Extents& e) {
  return [e](RunContext& r) {
    const T* in = r.in<T>(0);
    Index* out = r.out<Index>(0);
    for_ranges(
        r, e.outer * e.inner,
        [&](int64_t begin, int64_t end) {
          for (int64_t column = begin; column < end; ++column) {
            const T* first = in + column / e.inner * e.depth * e.inner + column % e.inner;
            int64_t best = 0;
            for (int64_t i = 1; i < e.depth; ++i) {
              if (better<kMaximum>(first[i * e.inner], first[best * e.inner])) best = i;
            }
            out[column] = static_cast<Index>(best);
          }
        },
        64);
    return Status();
  };
}

template <class T>
Kernel typed_kernel(const NodeContext& c, const Extents& e, bool maximum) {
  if (c.output_dtype(0) == DType::kInt64) {
    return maximum ? arg_kernel<T, int64_t, true>(e) : arg_kernel<T, int64_t, false>(e);
  }
  return maximum ? arg_kernel<T, int32_t, true>(e) : arg_kernel<T, int32_t, false>(e);
}

}  // namespace

void infer_arg_extremum(InferContext& c, DType index_dtype) {
  require_dtype(c, 1, {DType::kInt32, DType::kInt64});
  if (index_dtype != DType::kInt32 && index_dtype != DType::kInt64) {
    c.fail("indexes cannot be ", dtype_name(index_dtype));
  }
  const int axis = axis_of(c);
  Shape shape = c.input_shape(0);
  if (shape[axis] == 0) c.fail("axis ", axis, " of ", c.describe_input(0), " has no elements");
  shape.erase(shape.begin() + axis);
  c.set_output(0, index_dtype, shape);
}

Kernel arg_extremum_kernel(PrepareContext& c, bool maximum) {
  const Shape& shape = c.input_shape(0);
  const int axis = axis_of(c);
  const Extents e = {elements_between(shape, 0, axis), shape[axis],
                     elements_between(shape, axis + 1, shape.size())};
  switch (c.input_dtype(0)) {
    case DType::kFloat32:
      return typed_kernel<float>(c, e, maximum);
    case DType::kInt8:
      return typed_kernel<int8_t>(c, e, maximum);
    case DType::kUInt8:
      return typed_kernel<uint8_t>(c, e, maximum);
    case DType::kInt32:
      return typed_kernel<int32_t>(c, e, maximum);
    case DType::kBool:
      return typed_kernel<bool>(c, e, maximum);
    default:
      refuse_dtype(c);
  }
}

}  // namespace litewright
