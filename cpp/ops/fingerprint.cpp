#include "ops/fingerprint.h"

#include <bit>
#include <cstring>
#include <utility>

namespace litewright {
namespace {

constexpr uint64_t kA = 0xC3A5C85C97CB3127, kB = 0xB492B66FBE98F273, kC = 0x9AE16A3B2F90404F;
using Pair = std::pair<uint64_t, uint64_t>;

template <class T = uint64_t>
uint64_t fetch(const uint8_t* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

uint64_t mix(uint64_t value) { return value ^ (value >> 47); }
uint64_t rotate(uint64_t value, int bits) { return std::rotr(value, bits); }

uint64_t combine(uint64_t a, uint64_t b, uint64_t factor) {
  return mix((b ^ mix((a ^ b) * factor)) * factor) * factor;
}

uint64_t short_hash(const uint8_t* s, size_t size) {
  const uint64_t factor = kC + size * 2;
  if (size >= 8) {
    const uint64_t a = fetch(s) + kC, b = fetch(s + size - 8);
    return combine(rotate(b, 37) * factor + a, (rotate(a, 25) + b) * factor, factor);
  }
  if (size >= 4) return combine(size + (fetch<uint32_t>(s) << 3), fetch<uint32_t>(s + size - 4), factor);
  if (size == 0) return kC;
  const uint32_t y = s[0] + (uint32_t{s[size >> 1]} << 8),
                 z = static_cast<uint32_t>(size) + (uint32_t{s[size - 1]} << 2);
  return mix(y * kC ^ z * kA) * kC;
}

uint64_t hash_to_32(const uint8_t* s, size_t size) {
  const uint64_t factor = kC + size * 2;
  const uint64_t a = fetch(s) * kB, b = fetch(s + 8), c = fetch(s + size - 8) * factor,
                 d = fetch(s + size - 16) * kC;
  return combine(rotate(a + b, 43) + rotate(c, 30) + d, a + rotate(b + kC, 18) + c, factor);
}

uint64_t hash_to_64(const uint8_t* s, size_t size) {
  const uint64_t factor = kC + size * 2;
  const uint64_t a = fetch(s) * kC, b = fetch(s + 8), c = fetch(s + size - 8) * factor,
                 d = fetch(s + size - 16) * kC;
  const uint64_t y = rotate(a + b, 43) + rotate(c, 30) + d,
                 z = combine(y, a + rotate(b + kC, 18) + c, factor);
  const uint64_t e = fetch(s + 16) * factor, f = fetch(s + 24);
  const uint64_t g = (y + fetch(s + size - 32)) * factor, h = (z + fetch(s + size - 24)) * factor;
  return combine(rotate(e + f, 43) + rotate(g, 30) + h, e + rotate(f + a, 18) + g, factor);
}

Pair weak_hash(const uint8_t* s, uint64_t a, uint64_t b) {
  const uint64_t w = fetch(s), x = fetch(s + 8), y = fetch(s + 16), z = fetch(s + 24);
  a += w;
  b = rotate(b + a + z, 21);
  const uint64_t start = a;
  a += x + y;
  return {a + z, b + rotate(a, 44) + start};
}

}  // namespace

uint64_t fingerprint64(std::span<const uint8_t> bytes) {
  const uint8_t* s = bytes.data();
  const size_t size = bytes.size();
  if (size <= 16) return short_hash(s, size);
  if (size <= 32) return hash_to_32(s, size);
  if (size <= 64) return hash_to_64(s, size);
  constexpr uint64_t kSeed = 81;
  uint64_t x = kSeed * kC + fetch(s), y = kSeed * kB + 113, z = mix(y * kC + 113) * kC;
  Pair v = {0, 0}, w = {0, 0};
  const uint8_t* end = s + (size - 1) / 64 * 64;
  const uint8_t* last = end + (size - 1) % 64 - 63;
  do {
    x = rotate(x + y + v.first + fetch(s + 8), 37) * kB;
    y = rotate(y + v.second + fetch(s + 48), 42) * kB;
    x ^= w.second;
    y += v.first + fetch(s + 40);
    z = rotate(z + w.first, 33) * kB;
    v = weak_hash(s, v.second * kB, x + w.first);
    w = weak_hash(s + 32, z + w.second, y + fetch(s + 16));
    std::swap(z, x);
    s += 64;
  } while (s != end);
  const uint64_t factor = kB + ((z & 0xFF) << 1);
  s = last;
  w.first += (size - 1) % 64;
  v.first += w.first;
  w.first += v.first;
  x = rotate(x + y + v.first + fetch(s + 8), 37) * factor;
  y = rotate(y + v.second + fetch(s + 48), 42) * factor;
  x ^= w.second * 9;
  y += v.first * 9 + fetch(s + 40);
  z = rotate(z + w.first, 33) * factor;
  v = weak_hash(s, v.second * factor, x + w.first);
  w = weak_hash(s + 32, z + w.second, y + fetch(s + 16));
  std::swap(z, x);
  return combine(combine(v.first, w.first, factor) + mix(y) * kA + z, combine(v.second, w.second, factor) + x,
                 factor);
}

}  // namespace litewright
