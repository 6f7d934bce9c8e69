#include "ops/selection.h"

#include <algorithm>
#include <complex>

#include "ops/broadcast.h"
#include "ops/elementwise.h"

namespace litewright {
namespace {

constexpr int kOperands = 3;

// Dimensions along which the same operands advance, joined; strides in elements, 0 for operands that stay.
struct Dim {
  int64_t extent;
  int64_t stride[kOperands];
  bool same_pattern(const Dim& other) const {
    for (int k = 0; k < kOperands; ++k) {
      if ((stride[k] != 0) != (other.stride[k] != 0)) return false;
    }
    return true;
  }
};

// Outermost first, never empty.
std::vector<Dim> plan(const Shape& out, const Shape* const (&shapes)[kOperands]) {
  std::vector<Dim> dims;
  int64_t size[kOperands] = {1, 1, 1};
  for (size_t back = 1; back <= out.size(); ++back) {
    Dim dim = {out[out.size() - back], {}};
    if (dim.extent == 1) continue;
    for (int k = 0; k < kOperands; ++k) {
      const int64_t extent = back <= shapes[k]->size() ? (*shapes[k])[shapes[k]->size() - back] : 1;
      dim.stride[k] = extent == 1 ? 0 : size[k];
      size[k] *= extent;
    }
    if (!dims.empty() && dims.back().same_pattern(dim)) {
      dims.back().extent *= dim.extent;
    } else {
      dims.push_back(dim);
    }
  }
  if (dims.empty()) dims.push_back({1, {0, 0, 0}});
  std::reverse(dims.begin(), dims.end());
  return dims;
}

template <class T>
Kernel typed_kernel(const std::vector<Dim>& dims, int64_t size) {
  return [dims, rows = size / std::max<int64_t>(1, dims.back().extent)](RunContext& r) {
    const bool* condition = r.in<bool>(0);
    const T *x = r.in<T>(1), *y = r.in<T>(2);
    T* out = r.out<T>(0);
    const Dim& inner = dims.back();
    const auto select = [&](int64_t row, int64_t begin, int64_t end) {
      int64_t offset[kOperands] = {}, rest = row;
      for (size_t dim = dims.size() - 1; dim-- > 0;) {
        const int64_t at = rest % dims[dim].extent;
        rest /= dims[dim].extent;
        for (int k = 0; k < kOperands; ++k) offset[k] += at * dims[dim].stride[k];
      }
      const bool* c = condition + offset[0];
      const T *a = x + offset[1], *b = y + offset[2];
      T* to = out + row * inner.extent;
      for (int64_t i = begin; i < end; ++i) {
        to[i] = c[i * inner.stride[0]] ? a[i * inner.stride[1]] : b[i * inner.stride[2]];
      }
    };
    if (dims.size() == 1) {
      for_ranges(r, rows * inner.extent, [&](int64_t begin, int64_t end) { select(0, begin, end); });
    } else {
      for_ranges(
          r, rows,
          [&](int64_t begin, int64_t end) {
            for (int64_t row = begin; row < end; ++row) select(row, 0, inner.extent);
          },
          std::max<int64_t>(1, 16384 / std::max<int64_t>(1, inner.extent)));
    }
    return Status();
  };
}

}  // namespace

void check_selection(const NodeContext& c) {
  require_dtype(c, 0, {DType::kBool});
  require_equal_dtypes(c, 1, 2);
  if (dtype_size(c.input_dtype(1)) == 0) refuse_dtype(c, 1);
}

void set_selection_output(InferContext& c, const Shape& shape) {
  const Tensor& declared = *c.output(0).tensor;
  const bool one = c.declares_outputs() && num_elements(shape) == 1 && is_static(declared.shape) &&
                   checked_elements(declared.shape) == 1;
  c.set_output(0, c.input_dtype(1), one ? declared.shape : shape);
}

Kernel selection_kernel(PrepareContext& c, const Shape& condition) {
  const Shape& out = c.output_shape(0);
  const int64_t size = num_elements(out);
  const std::vector<Dim> dims = plan(out, {&condition, &c.input_shape(1), &c.input_shape(2)});
  switch (dtype_size(c.input_dtype(1))) {
    case 1:
      return typed_kernel<uint8_t>(dims, size);
    case 2:
      return typed_kernel<uint16_t>(dims, size);
    case 4:
      return typed_kernel<uint32_t>(dims, size);
    case 8:
      return typed_kernel<uint64_t>(dims, size);
    default:
      return typed_kernel<std::complex<double>>(dims, size);
  }
}

}  // namespace litewright
