#include "tflite/sparsity.h"

#include <cstring>

#include "core/error.h"

namespace litewright {
namespace {

template <class... Parts>
[[noreturn]] void bad(const Parts&... parts) {
  fail(ErrorCode::kInvalidModel, parts...);
}

// Positions stored up to and with the d-th traversed dimension of `extent`, given those before it.
int64_t positions(const Sparsity::Dimension& dimension, size_t d, int64_t extent, int64_t before) {
  if (!dimension.sparse) {
    int64_t result = 0;
    if (__builtin_mul_overflow(before, extent, &result)) bad("sparsity dimension ", d, " is too large");
    return result;
  }
  const auto& segments = dimension.segments;
  const auto& indices = dimension.indices;
  if (static_cast<int64_t>(segments.size()) != before + 1) {
    bad("sparsity dimension ", d, " has ", segments.size(), " segments, not ", before + 1);
  }
  if (segments.front() != 0 || segments.back() != static_cast<int64_t>(indices.size())) {
    bad("sparsity dimension ", d, "'s segments do not span its ", indices.size(), " indices");
  }
  for (size_t i = 1; i < segments.size(); ++i) {
    if (segments[i] < segments[i - 1]) bad("sparsity dimension ", d, "'s segments decrease");
  }
  for (const int32_t index : indices) {
    if (index < 0 || index >= extent) bad("sparsity dimension ", d, " has the index ", index, " of ", extent);
  }
  return static_cast<int64_t>(indices.size());
}

}  // namespace

void check_sparsity(const Tensor& tensor) {
  const Sparsity& sparsity = tensor.sparsity;
  const size_t rank = tensor.shape.size(), count = sparsity.dimensions.size();
  if (count != rank + sparsity.block_map.size() || sparsity.traversal_order.size() != count) {
    bad("its sparsity has ", count, " dimensions, ", sparsity.traversal_order.size(),
        " in traversal order and ", sparsity.block_map.size(), " blocked, and the shape is ",
        to_string(tensor.shape));
  }
  std::vector<bool> seen(count, false);
  for (const int32_t d : sparsity.traversal_order) {
    if (d < 0 || static_cast<size_t>(d) >= count || seen[d])
      bad("its sparsity's traversal order is no permutation");
    seen[d] = true;
  }
  // An axis is its own dimension times those of its blocks. Dense ones state their extent; at most one may be
  // sparse.
  std::vector<int32_t> axis_of(count);
  std::vector<int64_t> dense(rank, 1);
  std::vector<int> sparse(rank, 0);
  for (size_t i = 0; i < count; ++i) {
    const auto d = static_cast<size_t>(sparsity.traversal_order[i]);
    const int32_t axis = d < rank ? static_cast<int32_t>(d) : sparsity.block_map[d - rank];
    if (axis < 0 || static_cast<size_t>(axis) >= rank)
      bad("its sparsity blocks dimension ", axis, " of ", rank);
    axis_of[i] = axis;
    const Sparsity::Dimension& dimension = sparsity.dimensions[i];
    if (dimension.sparse) {
      ++sparse[axis];
    } else if (dimension.dense_size <= 0 ||
               __builtin_mul_overflow(dense[axis], static_cast<int64_t>(dimension.dense_size),
                                      &dense[axis])) {
      bad("sparsity dimension ", i, " has the size ", dimension.dense_size);
    }
  }
  for (size_t axis = 0; axis < rank; ++axis) {
    const int64_t extent = tensor.shape[axis];
    if (sparse[axis] > 1 || (sparse[axis] == 0 ? extent != dense[axis] : extent % dense[axis] != 0)) {
      bad("its sparsity does not fit dimension ", axis, " of ", to_string(tensor.shape));
    }
  }
  int64_t stored = 1;
  for (size_t i = 0; i < count; ++i) {
    const Sparsity::Dimension& dimension = sparsity.dimensions[i];
    const int32_t axis = axis_of[i];
    stored = positions(dimension, i,
                       dimension.sparse ? tensor.shape[axis] / dense[axis] : dimension.dense_size, stored);
  }
  int64_t bits = 0;
  if (__builtin_mul_overflow(stored, static_cast<int64_t>(dtype_bits(tensor.dtype)), &bits) ||
      static_cast<int64_t>(tensor.data.size()) != bits / 8 + (bits % 8 != 0)) {
    bad("its sparsity stores ", stored, " elements of ", dtype_name(tensor.dtype), " and the data has ",
        tensor.data.size(), " bytes");
  }
}

void check_strings(const Tensor& tensor) {
  const auto elements = checked_elements(tensor.shape);
  const size_t size = tensor.data.size();
  if (size == 0 && elements == 0) return;
  int32_t count = -1;
  if (size >= sizeof count) std::memcpy(&count, tensor.data.data(), sizeof count);
  const uint64_t header = sizeof(int32_t) * (static_cast<uint64_t>(count) + 2);
  if (count < 0 || header > size || !elements || *elements != count) {
    bad("it holds ", count, " strings in ", size, " bytes and has the shape ", to_string(tensor.shape));
  }
  std::vector<int32_t> offsets(static_cast<size_t>(count) + 1);
  std::memcpy(offsets.data(), tensor.data.data() + sizeof count, offsets.size() * sizeof(int32_t));
  int64_t previous = static_cast<int64_t>(header);
  for (const int32_t offset : offsets) {
    if (offset < previous || static_cast<size_t>(offset) > size)
      bad("a string starts at ", offset, " of ", size, " bytes");
    previous = offset;
  }
}

}  // namespace litewright
