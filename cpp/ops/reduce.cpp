#include "ops/reduce.h"

#include <bit>

namespace litewright {
namespace {

// Whether each dimension of input 0 is reduced.
std::vector<bool> reduced_dims(const ValueContext& c) {
  require_dtype(c, 1, {DType::kInt32});
  const int rank = static_cast<int>(c.input_shape(0).size());
  std::vector<bool> reduced(rank);
  for (int64_t axis : c.ints(1)) {
    if (rank == 0 && (axis == 0 || axis == -1)) continue;
    const std::optional<int> dim = normalize_axis(axis, rank);
    if (!dim) c.fail("axis ", axis, " is outside of ", c.describe_input(0));
    reduced[*dim] = true;
  }
  return reduced;
}

template <class T, class R>
Kernel quantized_sum(PrepareContext& c, bool mean, R reducer) {
  const ReducePlan plan = reduce_plan(c);
  const ScaleZero in = input_scale(c), out = output_scale(c);
  const IntRange range = quantized_type_range(c.output_dtype(0));
  const int64_t zero_sum = int64_t{in.zero} * plan.reduced;
  if (plan.reduced == 0) {
    return reduce_kernel<T, int32_t, T>(c, 0, reducer, [](int32_t) { return T(0); });
  }
  if (!c.reference() && mean && sizeof(T) == 1) {
    const float scale = in.scale / (out.scale * static_cast<float>(plan.reduced));
    return reduce_kernel<T, int32_t, T>(c, 0, reducer, [=](int32_t sum) {
      const float scaled = static_cast<float>(sum - static_cast<int32_t>(zero_sum)) * scale;
      return static_cast<T>(clamp_to(std::lrint(std::clamp(scaled, -70000.0f, 70000.0f)) + out.zero, range));
    });
  }
  QuantizedMultiplier m = quantize_multiplier(static_cast<double>(in.scale) / static_cast<double>(out.scale));
  if (mean) {  // the multiplier takes the division in
    const int width = 63 - std::countl_zero(static_cast<uint64_t>(plan.reduced));
    const int shift = std::min({width, 32, 31 + m.shift});
    m.multiplier = static_cast<int32_t>((int64_t{m.multiplier} << shift) / plan.reduced);
    m.shift -= shift;
  }
  return reduce_kernel<T, int32_t, T>(c, 0, reducer, [=](int32_t sum) {
    const int32_t centred = static_cast<int32_t>(sum - zero_sum);
    return static_cast<T>(clamp_to(int64_t{multiply_by_quantized_multiplier(centred, m)} + out.zero, range));
  });
}

}  // namespace

void infer_reduce(InferContext& c) {
  const std::vector<bool> reduced = reduced_dims(c);
  const bool keep = c.options<ReducerOptions>().keep_dims;
  Shape shape;
  for (size_t dim = 0; dim < reduced.size(); ++dim) {
    if (!reduced[dim]) {
      shape.push_back(c.input_shape(0)[dim]);
    } else if (keep) {
      shape.push_back(1);
    }
  }
  c.set_output(0, c.input_dtype(0), shape);
}

ReducePlan reduce_plan(const ValueContext& c) {
  const std::vector<bool> reduced = reduced_dims(c);
  ReducePlan plan;
  for (size_t dim = 0; dim < reduced.size(); ++dim) {
    const int64_t extent = c.input_shape(0)[dim];
    (reduced[dim] ? plan.reduced : plan.outputs) *= extent;
    if (extent == 1) continue;
    if (!plan.groups.empty() && plan.groups.back().reduced == reduced[dim]) {
      plan.groups.back().extent *= extent;
    } else {
      plan.groups.push_back({extent, reduced[dim]});
    }
  }
  if (plan.groups.empty()) plan.groups.push_back({1, false});
  return plan;
}

Kernel quantized_sum_kernel(PrepareContext& c, bool mean) {
  const RowOps& ops = row_ops_variants().best(c.isa());
  switch (c.input_dtype(0)) {
    case DType::kInt8:
      return quantized_sum<int8_t>(c, mean, Summer<int8_t, int32_t>{ops.add_s8});
    case DType::kUInt8:
      return quantized_sum<uint8_t>(c, mean, Summer<uint8_t, int32_t>{ops.add_u8});
    case DType::kInt16: {
      require_zero_points_of_zero(c, {0});
      const auto add = [](int32_t sum, int16_t x) {
        return static_cast<int32_t>(static_cast<uint32_t>(sum) + static_cast<uint32_t>(x));
      };
      return quantized_sum<int16_t>(c, mean, Reducer<int16_t, int32_t, decltype(add)>{add});
    }
    default:
      refuse_dtype(c);
  }
}

}  // namespace litewright
