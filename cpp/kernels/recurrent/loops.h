// The bodies of RecurrentOps, as wide as the including file's instruction-set flags allow.
#pragma once

#include "kernels/recurrent/fixed.h"
#include "kernels/vector/vec.h"

namespace litewright {
namespace {

// Calls body(load, store) for each vector of n elements: load(p) reads p's current elements, store(p, v)
// writes them.
template <class Body>
inline void for_vectors(int64_t n, const Body& body) {
  int64_t j = 0;
  for (; j + kLanes <= n; j += kLanes) {
    body([j](const float* p) { return load(p + j); }, [j](float* p, Vec v) { store(p + j, v); });
  }
  if (j < n) {
    body([j, n](const float* p) { return load_part(p + j, n - j, 0.0f); },
         [j, n](float* p, Vec v) { store_part(p + j, v, n - j); });
  }
}

void lstm_cell(int64_t n, const float* i, const float* f, const float* g, const float* o, float clip,
               float* c, float* h) {
  for_vectors(n, [&](const auto& in, const auto& out) {
    const Vec forget = sigmoid(in(f));
    const Vec input = i != nullptr ? sigmoid(in(i)) : 1.0f - forget;
    Vec cell = forget * in(c) + input * hyperbolic_tangent(in(g));
    if (clip > 0) cell = at_most(at_least(cell, splat(-clip)), splat(clip));
    out(c, cell);
    out(h, sigmoid(in(o)) * hyperbolic_tangent(cell));
  });
}
void sigmoid_row(int64_t n, float* x) {
  for_vectors(n, [&](const auto& in, const auto& out) { out(x, sigmoid(in(x))); });
}
void tanh_row(int64_t n, float* x) {
  for_vectors(n, [&](const auto& in, const auto& out) { out(x, hyperbolic_tangent(in(x))); });
}
void add(int64_t n, const float* x, float* sum) {
  for_vectors(n, [&](const auto& in, const auto& out) { out(sum, in(sum) + in(x)); });
}
void add_dequantized(int64_t n, const int32_t* __restrict x, const int32_t* __restrict sums, int32_t zero,
                     float row_scale, const float* __restrict scale, float* __restrict out) {
  for (int64_t j = 0; j < n; ++j) {
    out[j] += static_cast<float>(x[j] - zero * sums[j]) * (row_scale * scale[j]);
  }
}

constexpr RecurrentOps recurrent_ops(const char* name, Isa isa) {
  return {name,         isa,          lstm_cell,     sigmoid_row, tanh_row, add, add_dequantized,
          rescale_gate, integer_cell, integer_hidden};
}

}  // namespace
}  // namespace litewright
