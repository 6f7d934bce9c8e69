#include "kernels/int_gemm/tile.h"

namespace litewright {
namespace {

struct Portable {
  struct T {
    int32_t x[8];
  };
  struct W {
    int16_t x[16];
  };
  struct Pair {
    int16_t x[2];
  };
  static constexpr int kWidth = 8, kDepth = 2, kBytesA = 4, kHead = 4;
  static constexpr bool kWide = false;
  static T start(const int32_t* p, int) { return load(p); }
  static T load(const int32_t* p) {
    T t;
    memcpy(t.x, p, sizeof(t.x));
    return t;
  }
  static void store(int32_t* p, const T& t, int64_t count) {
    memcpy(p, t.x, (count < kWidth ? count : kWidth) * sizeof(int32_t));
  }
  static Pair broadcast(const uint8_t* a) {
    Pair pair;
    memcpy(pair.x, a, sizeof(pair.x));
    return pair;
  }
  static W weights(const int8_t* b) {
    W w;
    for (int i = 0; i < 16; ++i) w.x[i] = b[i];
    return w;
  }
  static T dot(T t, Pair a, const W& w) {
    for (int j = 0; j < kWidth; ++j) t.x[j] += a.x[0] * w.x[2 * j] + a.x[1] * w.x[2 * j + 1];
    return t;
  }
};

}  // namespace

void int_gemm_2x8c2_portable(int64_t rows, int64_t n, int64_t steps, IntGemmParts parts, const void* a,
                             int64_t a_stride, const int8_t* b, int32_t* c, int64_t c_stride) {
  int_gemm_tiles<Portable, 2, 1>(rows, n, steps, parts, a, a_stride, b, c, c_stride);
}

}  // namespace litewright
