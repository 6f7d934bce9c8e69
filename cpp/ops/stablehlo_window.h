// How STABLEHLO_GATHER and STABLEHLO_SCATTER address their operand: an index of the gathered (or updated)
// tensor has batch dimensions, which choose a vector of start positions, and window dimensions, which count
// from there.
#pragma once

#include <vector>

#include "ops/op_def.h"

namespace litewright {

class WindowMap {
 public:
  struct Dims {
    const std::vector<int64_t>& window;    // the tensor's window dimensions
    const std::vector<int64_t>& left_out;  // the operand's dimensions that windows do not have
    const std::vector<int64_t>& starts;    // the operand's dimension that each start position is of
    int64_t index_vector;                  // the dimension of the indices that holds start positions
  };
  // Errors if the dimensions do not fit the shapes. `indices` is the operand with the start positions.
  WindowMap(const NodeContext& c, const Shape& operand, int indices, int tensor_rank, const Dims& dims);

  // The tensor's shape for windows of `sizes` (of the operand's rank).
  Shape shape(const std::vector<int64_t>& sizes) const;
  // Calls visit(tensor element, start, window) for every element of `tensor`; positions are of the operand's
  // rank.
  template <class Visit>
  void for_each(const Slot& indices, const Shape& tensor, const Visit& visit) const {
    std::vector<int64_t> at(tensor.size(), 0), start(operand_rank_), window(operand_rank_);
    const int64_t count = num_elements(tensor);
    for (int64_t i = 0; i < count; ++i) {
      locate(indices, at, start, window);
      visit(i, start, window);
      for (size_t d = at.size(); d-- > 0 && ++at[d] == tensor[d];) at[d] = 0;
    }
  }

 private:
  void locate(const Slot& indices, const std::vector<int64_t>& at, std::vector<int64_t>& start,
              std::vector<int64_t>& window) const;

  size_t operand_rank_;
  int64_t components_, component_stride_;
  std::vector<int64_t> starts_;
  std::vector<size_t> batch_dims_, window_dims_, window_operand_dims_;
  std::vector<int64_t> batch_strides_;
  Shape batch_shape_;
};

}  // namespace litewright
