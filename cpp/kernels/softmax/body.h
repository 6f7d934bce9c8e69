// The functions of kernel.h over the vectors of the including file.
#pragma once

#include "kernels/softmax/kernel.h"
#include "kernels/vector/vec.h"

namespace litewright {
namespace {

float row_maximum(const float* row, int64_t n) {
  if (n < kLanes) {
    float most = row[0];
    for (int64_t i = 1; i < n; ++i) most = row[i] > most ? row[i] : most;
    return most;
  }
  Vec most = load(row);
  for (int64_t i = kLanes; i + kLanes <= n; i += kLanes) most = at_least(most, load(row + i));
  most = at_least(most, load(row + n - kLanes));
  float result = most[0];
  for (int i = 1; i < kLanes; ++i) result = most[i] > result ? most[i] : result;
  return result;
}

float lane_sum(Vec v) {
  float sum = 0;
  for (int i = 0; i < kLanes; ++i) sum += v[i];
  return sum;
}

// The sum of e^(beta * (x - most)); the terms themselves go to `terms` where that is not null.
float exponential_sum(const float* row, float* terms, int64_t n, float most, float beta) {
  Vec sum = {};
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    const Vec e = exponential_of_negative((load(row + i) - most) * beta);
    if (terms) store(terms + i, e);
    sum += e;
  }
  float result = lane_sum(sum);
  if (i < n) {
    const Vec e = exponential_of_negative((load_part(row + i, n - i, most) - most) * beta);
    if (terms) store_part(terms + i, e, n - i);
    for (int64_t lane = 0; lane < n - i; ++lane) result += e[lane];
  }
  return result;
}

// out = x * scale + shift
void rescale(const float* in, float* out, int64_t n, float scale, float shift) {
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) store(out + i, load(in + i) * scale + shift);
  if (i < n) store_part(out + i, load_part(in + i, n - i, 0.0f) * scale + shift, n - i);
}

void softmax(const float* in, float* out, int64_t rows, int64_t depth, float beta) {
  for (int64_t row = 0; row < rows; ++row, in += depth, out += depth) {
    const float sum = exponential_sum(in, out, depth, row_maximum(in, depth), beta);
    rescale(out, out, depth, 1.0f / sum, 0.0f);
  }
}

void log_softmax(const float* in, float* out, int64_t rows, int64_t depth) {
  for (int64_t row = 0; row < rows; ++row, in += depth, out += depth) {
    const float most = row_maximum(in, depth);
    const float sum = exponential_sum(in, nullptr, depth, most, 1.0f);
    rescale(in, out, depth, 1.0f, -most - __builtin_logf(sum));
  }
}

}  // namespace
}  // namespace litewright
