#include "ops/stablehlo_window.h"

#include <algorithm>

#include "ops/copy_plan.h"
#include "ops/gather.h"

namespace litewright {
namespace {

bool contains(const std::vector<int64_t>& values, int64_t value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

bool all_below(const std::vector<int64_t>& values, size_t end) {
  return std::all_of(values.begin(), values.end(),
                     [&](int64_t value) { return value >= 0 && value < static_cast<int64_t>(end); });
}

}  // namespace

WindowMap::WindowMap(const NodeContext& c, const Shape& operand, int indices, int tensor_rank,
                     const Dims& dims)
    : operand_rank_(operand.size()), starts_(dims.starts) {
  check_index_dtype(c, indices);
  const Shape& index_shape = c.input_shape(indices);
  const auto index_rank = static_cast<int64_t>(index_shape.size());
  const bool implicit = dims.index_vector == index_rank;  // every index is a vector of one
  const std::vector<int64_t> strides = dense_strides(index_shape);
  bool fits = dims.index_vector >= 0 && dims.index_vector <= index_rank &&
              all_below(dims.window, tensor_rank) && all_below(dims.left_out, operand_rank_) &&
              all_below(dims.starts, operand_rank_);
  components_ = !fits || implicit ? 1 : index_shape[dims.index_vector];
  component_stride_ = !fits || implicit ? 0 : strides[dims.index_vector];
  for (int64_t d = 0; d < tensor_rank; ++d)
    (contains(dims.window, d) ? window_dims_ : batch_dims_).push_back(d);
  for (size_t d = 0; d < operand_rank_; ++d) {
    if (!contains(dims.left_out, static_cast<int64_t>(d))) window_operand_dims_.push_back(d);
  }
  for (int64_t d = 0; d < index_rank; ++d) {
    if (d == dims.index_vector) continue;
    batch_strides_.push_back(strides[d]);
    batch_shape_.push_back(index_shape[d]);
  }
  fits = fits && static_cast<int64_t>(starts_.size()) == components_ &&
         batch_dims_.size() == batch_shape_.size() && window_dims_.size() == window_operand_dims_.size();
  if (!fits)
    c.fail("its dimension numbers do not fit ", c.describe_input(0), " and ", c.describe_input(indices));
}

Shape WindowMap::shape(const std::vector<int64_t>& sizes) const {
  Shape result(batch_dims_.size() + window_dims_.size());
  for (size_t i = 0; i < batch_dims_.size(); ++i) result[batch_dims_[i]] = batch_shape_[i];
  for (size_t i = 0; i < window_dims_.size(); ++i)
    result[window_dims_[i]] = static_cast<int32_t>(sizes[window_operand_dims_[i]]);
  return result;
}

void WindowMap::locate(const Slot& indices, const std::vector<int64_t>& at, std::vector<int64_t>& start,
                       std::vector<int64_t>& window) const {
  int64_t first = 0;
  for (size_t i = 0; i < batch_dims_.size(); ++i) first += at[batch_dims_[i]] * batch_strides_[i];
  std::fill(start.begin(), start.end(), 0);
  std::fill(window.begin(), window.end(), 0);
  for (int64_t k = 0; k < components_; ++k)
    start[starts_[k]] = index_at(indices, first + k * component_stride_);
  for (size_t i = 0; i < window_dims_.size(); ++i) window[window_operand_dims_[i]] = at[window_dims_[i]];
}

}  // namespace litewright
