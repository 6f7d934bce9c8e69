#include "runtime/sparse.h"

#include <cstring>

#include "core/error.h"
#include "core/unpack.h"

namespace litewright {
namespace {

// Walks the levels of the format's tree: each level is a dimension (or a block's dimension) in traversal
// order.
class Densifier {
 public:
  Densifier(const Tensor& tensor, const uint8_t* values, size_t count, std::vector<uint8_t>& dense)
      : tensor_(tensor),
        sparsity_(tensor.sparsity),
        values_(values),
        count_(count),
        size_(dtype_size(tensor.dtype)),
        dense_(dense) {
    index_.resize(sparsity_.dimensions.size());
  }

  void walk(size_t level, int64_t position) {
    if (level == sparsity_.dimensions.size()) return store(position);
    const Sparsity::Dimension& dimension = sparsity_.dimensions[level];
    if (!dimension.sparse) {
      for (int32_t i = 0; i < dimension.dense_size; ++i) {
        index_[level] = i;
        walk(level + 1, position * dimension.dense_size + i);
      }
      return;
    }
    if (position + 1 >= static_cast<int64_t>(dimension.segments.size())) bad("has too few segments");
    const int32_t begin = dimension.segments[position], end = dimension.segments[position + 1];
    if (begin < 0 || end < begin || end > static_cast<int64_t>(dimension.indices.size()))
      bad("has segments outside its indices");
    for (int32_t i = begin; i < end; ++i) {
      index_[level] = dimension.indices[i];
      walk(level + 1, i);
    }
  }

 private:
  [[noreturn]] void bad(const char* what) const {
    fail(ErrorCode::kInvalidModel, "the sparsity of tensor '", tensor_.name, "' ", what);
  }

  void store(int64_t position) {
    const size_t rank = tensor_.shape.size();
    std::vector<int64_t> at(rank, 0), block(rank, 1), inside(rank, 0);
    for (size_t level = 0; level < index_.size(); ++level) {
      const size_t dim = sparsity_.traversal_order[level];
      if (dim < rank) {
        at[dim] = index_[level];
      } else {
        const size_t target = sparsity_.block_map[dim - rank];
        block[target] = sparsity_.dimensions[level].dense_size;
        inside[target] = index_[level];
      }
    }
    int64_t offset = 0;
    for (size_t dim = 0; dim < rank; ++dim) {
      const int64_t i = at[dim] * block[dim] + inside[dim];
      if (i < 0 || i >= tensor_.shape[dim]) bad("points outside the tensor");
      offset = offset * tensor_.shape[dim] + i;
    }
    if (position < 0 || static_cast<size_t>(position) >= count_) bad("needs more values than the buffer has");
    std::memcpy(dense_.data() + offset * size_, values_ + position * size_, size_);
  }

  const Tensor& tensor_;
  const Sparsity& sparsity_;
  const uint8_t* values_;
  size_t count_, size_;
  std::vector<uint8_t>& dense_;
  std::vector<int32_t> index_;
};

}  // namespace

std::vector<uint8_t> densify(const Tensor& tensor) {
  const Sparsity& sparsity = tensor.sparsity;
  const size_t levels = sparsity.dimensions.size(), rank = tensor.shape.size();
  std::vector<bool> seen(levels, false);
  bool valid = sparsity.traversal_order.size() == levels && levels == rank + sparsity.block_map.size();
  for (size_t i = 0; valid && i < levels; ++i) {
    const int32_t dim = sparsity.traversal_order[i];
    valid = dim >= 0 && static_cast<size_t>(dim) < levels && !seen[dim];
    if (valid) seen[dim] = true;
  }
  for (int32_t target : sparsity.block_map)
    valid = valid && target >= 0 && static_cast<size_t>(target) < rank;
  if (!valid)
    fail(ErrorCode::kInvalidModel, "the sparsity of tensor '", tensor.name, "' does not fit its shape ",
         to_string(tensor.shape));

  std::vector<uint8_t> dense(static_cast<size_t>(num_elements(tensor.shape)) * dtype_size(tensor.dtype), 0);
  std::vector<uint8_t> values(tensor.data.data(), tensor.data.data() + tensor.data.size());
  if (is_sub_byte(tensor.dtype)) {
    values = unpack_sub_byte(
        tensor.dtype, static_cast<int64_t>(tensor.data.size()) * 8 / dtype_bits(tensor.dtype), tensor.data);
  }
  Densifier(tensor, values.data(), values.size() / dtype_size(tensor.dtype), dense).walk(0, 0);
  return dense;
}

}  // namespace litewright
