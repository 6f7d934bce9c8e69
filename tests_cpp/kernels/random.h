// Random data for kernel tests, the same on every platform for one seed.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace litewright {

class Random {
 public:
  explicit Random(uint32_t seed) : engine_(seed) {}
  int64_t integer(int64_t lo, int64_t hi) {
    return lo + static_cast<int64_t>(engine_() % static_cast<uint64_t>(hi - lo + 1));
  }
  float real(float lo, float hi) { return lo + (hi - lo) * static_cast<float>(engine_() % 65536) / 65535.0f; }
  template <class T>
  std::vector<T> integers(int64_t count, int64_t lo, int64_t hi) {
    std::vector<T> values(count);
    for (T& value : values) value = static_cast<T>(integer(lo, hi));
    return values;
  }
  std::vector<float> reals(int64_t count, float lo, float hi) {
    std::vector<float> values(count);
    for (float& value : values) value = real(lo, hi);
    return values;
  }

 private:
  std::mt19937 engine_;
};

}  // namespace litewright
