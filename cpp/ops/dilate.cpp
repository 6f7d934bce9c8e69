// DILATE (input, dilations, padding value): dilations[i] - 1 padding elements between neighbours along
// dimension i. STABLEHLO_PAD (input, padding value): such elements between neighbours, and before and after
// them; negative edges cut off.
#include <algorithm>

#include "ops/movement.h"

namespace litewright {
namespace {

// Element i of a dimension goes to i * step + before.
struct Spread {
  int64_t step, before, after;
};

Movement spread(const NodeContext& c, const std::vector<Spread>& spreads) {
  const Shape& shape = c.input_shape(0);
  const std::vector<int64_t> strides = dense_strides(shape);
  std::vector<int64_t> extents;
  for (size_t i = 0; i < shape.size(); ++i) {
    const auto [step, before, after] = spreads[i];
    const int64_t gaps = std::max(shape[i] - 1, 0);
    int64_t extent;
    if (step < 1 || std::abs(before) > INT32_MAX || std::abs(after) > INT32_MAX ||
        __builtin_mul_overflow(gaps, step, &extent)) {
      c.fail("dimension ", i, " cannot be spread by ", step, " with ", before, " before and ", after,
             " after it");
    }
    extents.push_back(std::max<int64_t>(extent + (shape[i] > 0 ? 1 : 0) + before + after, 0));
  }
  if (std::find(extents.begin(), extents.end(), 0) != extents.end())
    std::fill(extents.begin(), extents.end(), 0);
  Movement result{checked_shape(c, extents), {}};
  const std::vector<int64_t> destinations = dense_strides(result.shape);
  for (size_t i = 0; i < shape.size(); ++i) {
    const auto [step, before, after] = spreads[i];
    const int64_t first = before >= 0 ? 0 : (-before + step - 1) / step;  // the first element that stays
    const int64_t end =
        std::min<int64_t>(shape[i], (extents[i] - 1 - before) < 0 ? 0 : (extents[i] - 1 - before) / step + 1);
    result.walk.dims.push_back({std::max<int64_t>(end - first, 0), strides[i], destinations[i] * step});
    result.walk.source_offset += first * strides[i];
    result.walk.destination_offset += (first * step + before) * destinations[i];
  }
  return result;
}

Kernel spread_kernel(const NodeContext& c, const Movement& movement, int value) {
  const size_t element = dtype_size(c.input_dtype(0));
  return [=, plan = CopyPlan(movement.walk, element),
          count = num_elements(movement.shape)](RunContext& run) -> Status {
    fill_elements(run.out<uint8_t>(0), count, run.in<uint8_t>(value), element);
    if (count > 0) plan.run(run.in<uint8_t>(0), run.out<uint8_t>(0), &run.pool());
    return {};
  };
}

void check_value(const NodeContext& c, int value) {
  if (c.input_dtype(value) != c.input_dtype(0) || num_elements(c.input_shape(value)) != 1 ||
      dtype_size(c.input_dtype(0)) == 0) {
    c.fail(c.describe_input(value), " should be one element like ", c.describe_input(0));
  }
}

Movement dilated(const ValueContext& c) {
  const std::vector<int64_t> dilations = c.ints(1);
  if (dilations.size() != c.input_shape(0).size())
    c.fail(c.describe_input(1), " does not fit ", c.describe_input(0));
  std::vector<Spread> spreads;
  for (int64_t dilation : dilations) spreads.push_back({dilation, 0, 0});
  return spread(c, spreads);
}

void infer_dilate(InferContext& c) {
  check_value(c, 2);
  c.set_output(0, c.input_dtype(0), dilated(c).shape);
}
Kernel prepare_dilate(PrepareContext& c) { return spread_kernel(c, dilated(c), 2); }

Movement padded(const NodeContext& c) {
  const auto& options = c.options<StablehloPadOptions>();
  const size_t rank = c.input_shape(0).size();
  if (options.edge_padding_low.size() != rank || options.edge_padding_high.size() != rank ||
      options.interior_padding.size() != rank) {
    c.fail("the paddings do not fit ", c.describe_input(0));
  }
  std::vector<Spread> spreads;
  for (size_t i = 0; i < rank; ++i) {
    if (options.interior_padding[i] < 0 || options.interior_padding[i] > INT32_MAX)
      c.fail("interior padding ", options.interior_padding[i]);
    spreads.push_back(
        {options.interior_padding[i] + 1, options.edge_padding_low[i], options.edge_padding_high[i]});
  }
  return spread(c, spreads);
}

void infer_pad(InferContext& c) {
  check_value(c, 1);
  c.set_output(0, c.input_dtype(0), padded(c).shape);
}
Kernel prepare_pad(PrepareContext& c) { return spread_kernel(c, padded(c), 1); }

}  // namespace

extern const OpDef kDilate, kStablehloPad;
const OpDef kDilate = {.code = BuiltinOp::kDilate,
                       .inputs = {{"input"}, {"dilations"}, {"padding_value"}},
                       .options = &schema_of<DilateOptions>(),
                       .infer = infer_dilate,
                       .prepare = prepare_dilate,
                       .types = "all but string"};
const OpDef kStablehloPad = {.code = BuiltinOp::kStablehloPad,
                             .inputs = {{"input"}, {"padding_value"}},
                             .options = &schema_of<StablehloPadOptions>(),
                             .infer = infer_pad,
                             .prepare = prepare_pad,
                             .types = "all but string"};

}  // namespace litewright
