#include "ops/random_bits.h"

#include <bit>

namespace litewright {

std::array<uint32_t, 4> philox(uint32_t key0, uint32_t key1, std::array<uint32_t, 4> counter) {
  for (int round = 0; round < 10; ++round) {
    const uint64_t a = uint64_t{0xD2511F53} * counter[0], b = uint64_t{0xCD9E8D57} * counter[2];
    counter = {static_cast<uint32_t>(b >> 32) ^ counter[1] ^ key0, static_cast<uint32_t>(b),
               static_cast<uint32_t>(a >> 32) ^ counter[3] ^ key1, static_cast<uint32_t>(a)};
    key0 += 0x9E3779B9;
    key1 += 0xBB67AE85;
  }
  return counter;
}

std::array<uint32_t, 2> threefry(uint32_t key0, uint32_t key1, std::array<uint32_t, 2> counter) {
  constexpr int kRotations[2][4] = {{13, 15, 26, 6}, {17, 29, 16, 24}};
  const uint32_t keys[3] = {key0, key1, key0 ^ key1 ^ 0x1BD11BDA};
  counter[0] += key0;
  counter[1] += key1;
  for (uint32_t group = 0; group < 5; ++group) {
    for (int rotation : kRotations[group % 2]) {
      counter[0] += counter[1];
      counter[1] = std::rotl(counter[1], rotation) ^ counter[0];
    }
    counter[0] += keys[(group + 1) % 3];
    counter[1] += keys[(group + 2) % 3] + group + 1;
  }
  return counter;
}

std::array<uint32_t, 4> PhiloxStream::next() {
  const auto block = philox(static_cast<uint32_t>(key_), static_cast<uint32_t>(key_ >> 32), counter_);
  skip(1);
  return block;
}

void PhiloxStream::skip(uint64_t blocks) {
  const auto add = [&](int word, uint64_t amount) {
    const uint64_t low = counter_[word] | uint64_t{counter_[word + 1]} << 32;
    counter_[word] = static_cast<uint32_t>(low + amount);
    counter_[word + 1] = static_cast<uint32_t>((low + amount) >> 32);
    return low + amount < low;
  };
  if (add(0, blocks)) add(2, 1);
}

}  // namespace litewright
