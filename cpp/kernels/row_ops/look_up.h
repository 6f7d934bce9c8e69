// Tables of 256 bytes for any vector width.
#pragma once

#include "kernels/intrinsics.h"

namespace litewright {
namespace {

void look_up(int64_t n, const uint8_t* x, const uint8_t* table, uint8_t* out) {
  int64_t j = 0;
#if defined(__AVX512VBMI__)
  __m512i part[4];
  for (int i = 0; i < 4; ++i) part[i] = _mm512_loadu_si512(table + 64 * i);
  for (; j + 64 <= n; j += 64) {
    const __m512i at = _mm512_loadu_si512(x + j);
    _mm512_storeu_si512(out + j, _mm512_mask_blend_epi8(_mm512_movepi8_mask(at),
                                                        _mm512_permutex2var_epi8(part[0], at, part[1]),
                                                        _mm512_permutex2var_epi8(part[2], at, part[3])));
  }
#elif defined(__AVX2__)
  // A shuffle looks up the low four bits and gives 0 where the highest bit is set: of the sixteen of an
  // index, with its high four bits flipped and 112 added, one has it clear.
  __m256i part[16];
  for (int i = 0; i < 16; ++i) {
    part[i] = _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(table) + i));
  }
  const __m256i limit = _mm256_set1_epi8(0x70);
  for (; j + 32 <= n; j += 32) {
    const __m256i at = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(x + j));
    __m256i found = _mm256_setzero_si256();
    for (int i = 0; i < 16; ++i) {
      const __m256i index = _mm256_xor_si256(at, _mm256_set1_epi8(static_cast<char>(16 * i)));
      found = _mm256_or_si256(found, _mm256_shuffle_epi8(part[i], _mm256_adds_epu8(index, limit)));
    }
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + j), found);
  }
#endif
  for (; j < n; ++j) out[j] = table[x[j]];
}

}  // namespace
}  // namespace litewright
