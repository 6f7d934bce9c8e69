// STRIDED_SLICE: NumPy's x[begin:end:stride, ..., newaxis, i] with one bit per entry of the operands in each
// mask.
#include <algorithm>

#include "ops/movement.h"

namespace litewright {
namespace {

// One entry of the specification, applied to one dimension of the input.
struct Entry {
  int64_t begin = 0, end = 0, stride = 1;
  bool from_start = false, to_end = false, shrink = false;
};

// The first index and the number of elements that an entry takes from a dimension.
std::pair<int64_t, int64_t> range_of(const NodeContext& c, const Entry& entry, int64_t extent,
                                     bool end_is_offset) {
  const bool forward = entry.stride > 0;
  const int64_t low = forward ? 0 : -1, high = forward ? extent : extent - 1;
  int64_t begin = entry.begin < 0 ? entry.begin + extent : entry.begin;
  if (entry.shrink) {
    if (entry.from_start) begin = forward ? 0 : extent - 1;
    if (begin < 0 || begin >= extent) c.fail("index ", entry.begin, " is outside a dimension of ", extent);
    return {begin, 1};
  }
  begin = std::clamp(begin, low, std::max(low, high));
  if (entry.from_start) begin = forward ? 0 : extent - 1;
  int64_t end = end_is_offset ? begin + entry.end : entry.end < 0 ? entry.end + extent : entry.end;
  end = std::clamp(end, low, std::max(low, high));
  if (entry.to_end) end = forward ? extent : -1;
  const int64_t length = forward ? end - begin : begin - end, step = std::abs(entry.stride);
  return {begin, length <= 0 ? 0 : (length - 1) / step + 1};
}

Movement sliced(const ValueContext& c) {
  const auto& options = c.options<StridedSliceOptions>();
  const Shape& shape = c.input_shape(0);
  const std::vector<int64_t> begins = c.ints(1), ends = c.ints(2), steps = c.ints(3),
                             strides = dense_strides(shape);
  const size_t entries = begins.size();
  if (entries != ends.size() || entries != steps.size() || entries > 32)
    c.fail("begin, end and strides differ in length");
  const auto bit = [](int32_t mask, size_t i) { return ((static_cast<uint32_t>(mask) >> i) & 1u) != 0; };
  size_t named = 0, ellipses = 0;  // dimensions of the input that entries name
  for (size_t i = 0; i < entries; ++i) {
    if (bit(options.ellipsis_mask, i)) {
      ++ellipses;
    } else if (!bit(options.new_axis_mask, i)) {
      ++named;
    }
  }
  if (named > shape.size() || ellipses > 1)
    c.fail("begin has ", entries, " entries for ", c.describe_input(0));
  Movement result;
  size_t axis = 0;
  const auto take = [&](const Entry& entry) {
    if (entry.stride == 0) c.fail("a stride is 0");
    const auto [first, count] = range_of(c, entry, shape[axis], options.offset);
    result.walk.source_offset += first * strides[axis];
    if (!entry.shrink) {
      result.shape.push_back(static_cast<int32_t>(count));
      result.walk.dims.push_back({count, entry.stride * strides[axis], 0});
    }
    ++axis;
  };
  const Entry all{.from_start = true, .to_end = true};
  for (size_t i = 0; i < entries; ++i) {
    if (bit(options.ellipsis_mask, i)) {
      for (size_t left = shape.size() - named; left > 0; --left) take(all);
    } else if (bit(options.new_axis_mask, i)) {
      result.shape.push_back(1);
      result.walk.dims.push_back({1, 0, 0});
    } else {
      take({begins[i], ends[i], steps[i], bit(options.begin_mask, i), bit(options.end_mask, i),
            bit(options.shrink_axis_mask, i)});
    }
  }
  while (axis < shape.size()) take(all);
  const std::vector<int64_t> destinations = dense_strides(result.shape);
  for (size_t i = 0; i < destinations.size(); ++i) result.walk.dims[i].destination = destinations[i];
  if (num_elements(result.shape) == 0) result.walk.source_offset = 0;
  return result;
}

void infer(InferContext& c) { set_moved_output(c, 0, c.input_dtype(0), sliced(c).shape); }
Kernel prepare(PrepareContext& c) { return movement_kernel(c, 0, sliced(c)); }

}  // namespace

extern const OpDef kStridedSlice;
const OpDef kStridedSlice = {.code = BuiltinOp::kStridedSlice,
                             .max_version = 8,
                             .inputs = {{"input"}, {"begin"}, {"end"}, {"strides"}},
                             .options = &schema_of<StridedSliceOptions>(),
                             .infer = infer,
                             .prepare = prepare,
                             .quant = same_scale_rule(),
                             .types = "all"};

}  // namespace litewright
