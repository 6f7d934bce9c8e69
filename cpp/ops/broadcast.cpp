#include "ops/broadcast.h"

#include <algorithm>

namespace litewright {
namespace {

constexpr int64_t kGrain = 16384;  // elements worth a thread

}  // namespace

Broadcast::Broadcast(const Shape& a, const Shape& b) : size_(1) {
  const size_t rank = std::max(a.size(), b.size());
  const auto extent = [rank](const Shape& shape, size_t dim) {
    return dim + shape.size() < rank ? 1 : shape[dim + shape.size() - rank];
  };
  int64_t a_stride = 1, b_stride = 1;
  for (size_t dim = rank; dim-- > 0;) {
    const int64_t a_extent = extent(a, dim), b_extent = extent(b, dim);
    const int64_t both = a_extent == 1 ? b_extent : a_extent;
    size_ *= both;
    if (both == 1) continue;
    const Dim next = {both, a_extent == 1 ? 0 : a_stride, b_extent == 1 ? 0 : b_stride};
    a_stride *= a_extent;
    b_stride *= b_extent;
    if (!dims_.empty() && (dims_.back().a != 0) == (next.a != 0) && (dims_.back().b != 0) == (next.b != 0)) {
      dims_.back().extent *= both;
    } else {
      dims_.push_back(next);
    }
  }
  if (dims_.empty()) dims_.push_back({1, 1, 1});
  std::reverse(dims_.begin(), dims_.end());
}

void Broadcast::run(ThreadPool& pool, const Row& row) const {
  if (size_ == 0) return;
  const Dim& inner = dims_.back();
  if (dims_.size() == 1) {
    pool.parallel_for(inner.extent, kGrain, [&](int64_t begin, int64_t end) {
      row(begin * inner.a, begin * inner.b, begin, end - begin);
    });
    return;
  }
  const int64_t rows = size_ / inner.extent;
  pool.parallel_for(rows, std::max<int64_t>(1, kGrain / inner.extent), [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      int64_t rest = r, a = 0, b = 0;
      for (size_t dim = dims_.size() - 1; dim-- > 0;) {
        const int64_t at = rest % dims_[dim].extent;
        rest /= dims_[dim].extent;
        a += at * dims_[dim].a;
        b += at * dims_[dim].b;
      }
      row(a, b, r * inner.extent, inner.extent);
    }
  });
}

Shape broadcast_inputs(const NodeContext& c, int i, int j) {
  const std::optional<Shape> shape = broadcast(c.input_shape(i), c.input_shape(j));
  if (!shape) {
    c.fail("Given shapes, ", to_string(c.input_shape(i)), " and ", to_string(c.input_shape(j)),
           ", are not broadcastable (", c.describe_input(i), ", ", c.describe_input(j), ")");
  }
  return *shape;
}

void require_equal_dtypes(const NodeContext& c, int i, int j) {
  if (c.input_dtype(i) != c.input_dtype(j)) {
    c.fail(c.describe_input(i), " and ", c.describe_input(j), " should have one type");
  }
}

void infer_binary(InferContext& c) {
  require_equal_dtypes(c, 0, 1);
  c.set_output(0, c.input_dtype(0), broadcast_inputs(c));
}

void infer_comparison(InferContext& c) {
  require_equal_dtypes(c, 0, 1);
  c.set_output(0, DType::kBool, broadcast_inputs(c));
}

}  // namespace litewright
