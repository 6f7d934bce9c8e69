// Plain loops: the reference.
#include <algorithm>
#include <cmath>

#include "kernels/recurrent/fixed.h"

namespace litewright {
namespace {

float sigmoid_of(float x) { return 1.0f / (1.0f + std::exp(-x)); }

void lstm_cell(int64_t n, const float* i, const float* f, const float* g, const float* o, float clip,
               float* c, float* h) {
  for (int64_t j = 0; j < n; ++j) {
    const float forget = sigmoid_of(f[j]);
    const float input = i != nullptr ? sigmoid_of(i[j]) : 1.0f - forget;
    float cell = forget * c[j] + input * std::tanh(g[j]);
    if (clip > 0) cell = std::min(std::max(cell, -clip), clip);
    c[j] = cell;
    h[j] = sigmoid_of(o[j]) * std::tanh(cell);
  }
}
void sigmoid(int64_t n, float* x) {
  for (int64_t j = 0; j < n; ++j) x[j] = sigmoid_of(x[j]);
}
void tanh(int64_t n, float* x) {
  for (int64_t j = 0; j < n; ++j) x[j] = std::tanh(x[j]);
}
void add(int64_t n, const float* x, float* sum) {
  for (int64_t j = 0; j < n; ++j) sum[j] += x[j];
}
void add_dequantized(int64_t n, const int32_t* x, const int32_t* sums, int32_t zero, float row_scale,
                     const float* scale, float* out) {
  for (int64_t j = 0; j < n; ++j) {
    out[j] += static_cast<float>(x[j] - zero * sums[j]) * (row_scale * scale[j]);
  }
}

}  // namespace

extern const RecurrentOps kRecurrentOpsPortable = {
    "recurrent_portable", Isa::kPortable, lstm_cell,    sigmoid,       tanh, add,
    add_dequantized,      rescale_gate,   integer_cell, integer_hidden};

}  // namespace litewright
