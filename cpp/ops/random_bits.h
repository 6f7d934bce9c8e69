// Counter-based random numbers (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
#pragma once

#include <array>
#include <cstdint>

namespace litewright {

// Philox4x32 with 10 rounds.
std::array<uint32_t, 4> philox(uint32_t key0, uint32_t key1, std::array<uint32_t, 4> counter);
// Threefry2x32 with 20 rounds.
std::array<uint32_t, 2> threefry(uint32_t key0, uint32_t key1, std::array<uint32_t, 2> counter);

// A stream of Philox blocks: the seeds are the key and the counter's upper half.
class PhiloxStream {
 public:
  PhiloxStream(uint64_t seed, uint64_t seed2)
      : key_(seed), counter_{0, 0, static_cast<uint32_t>(seed2), static_cast<uint32_t>(seed2 >> 32)} {}
  std::array<uint32_t, 4> next();
  void skip(uint64_t blocks);

 private:
  uint64_t key_;
  std::array<uint32_t, 4> counter_;  // 128 bits, lowest word first
};

}  // namespace litewright
