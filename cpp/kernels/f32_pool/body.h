// f32_pool for any vector width.
#pragma once

#include "kernels/f32_pool/f32_pool.h"
#include "kernels/vector/vec.h"

namespace litewright {
namespace {

Vec larger(Vec best, Vec x) { return x > best ? x : best; }
Vec sum_of(Vec sum, Vec x) { return sum + x; }

// The window of kVectors vectors of channels; of the last one only `last` lanes count.
template <Vec (*kJoin)(Vec, Vec), bool kMean, int kVectors>
inline __attribute__((always_inline)) void pool_block(int64_t rows, int64_t columns, int64_t row_step,
                                                      int64_t pixel_step, const float* in, float count,
                                                      float lo, float hi, int64_t last, float* out) {
  Vec acc[kVectors];
  const auto read = [&](const float* p, int v) {
    return last == kLanes || v + 1 < kVectors ? load(p + v * kLanes) : load_part(p + v * kLanes, last, 0.0f);
  };
#pragma GCC unroll 4
  for (int v = 0; v < kVectors; ++v) acc[v] = kMean ? Vec{} : read(in, v);
  for (int64_t y = 0; y < rows; ++y) {
    const float* from = in + y * row_step;
    for (int64_t x = 0; x < columns; ++x, from += pixel_step) {
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) acc[v] = kJoin(acc[v], read(from, v));
    }
  }
#pragma GCC unroll 4
  for (int v = 0; v < kVectors; ++v) {
    const Vec value = at_most(at_least(kMean ? acc[v] / count : acc[v], splat(lo)), splat(hi));
    if (last == kLanes || v + 1 < kVectors) {
      store(out + v * kLanes, value);
    } else {
      store_part(out + v * kLanes, value, last);
    }
  }
}

template <Vec (*kJoin)(Vec, Vec), bool kMean>
void pool(int64_t channels, int64_t rows, int64_t columns, int64_t row_step, const float* in, float count,
          float lo, float hi, float* out) {
  int64_t c = 0;
  for (; c + 4 * kLanes <= channels; c += 4 * kLanes)
    pool_block<kJoin, kMean, 4>(rows, columns, row_step, channels, in + c, count, lo, hi, kLanes, out + c);
  for (; c < channels; c += kLanes) {
    const int64_t last = channels - c < kLanes ? channels - c : kLanes;
    pool_block<kJoin, kMean, 1>(rows, columns, row_step, channels, in + c, count, lo, hi, last, out + c);
  }
}

constexpr F32PoolKernel f32_pool(const char* name, Isa isa) {
  return {name, isa, pool<larger, false>, pool<sum_of, true>};
}

}  // namespace
}  // namespace litewright
