#include <algorithm>
#include <cstring>
#include <iterator>

#include "kernels/int_gemm/int_gemm.h"

namespace litewright {

#define LITEWRIGHT_INT_GEMM(name)                                                                        \
  void name(int64_t rows, int64_t n, int64_t steps, IntGemmParts parts, const void* a, int64_t a_stride, \
            const int8_t* b, int32_t* c, int64_t c_stride)
LITEWRIGHT_INT_GEMM(int_gemm_2x8c2_portable);
LITEWRIGHT_INT_GEMM(int_gemm_5x16c2_avx2);
LITEWRIGHT_INT_GEMM(int_gemm_6x16c4_avxvnni);
LITEWRIGHT_INT_GEMM(int_gemm_12x32c2_avx512);
LITEWRIGHT_INT_GEMM(int_gemm_14x32c4_avx512vnni);
LITEWRIGHT_INT_GEMM(int_gemm_14x32c2_avx512vnni);
LITEWRIGHT_INT_GEMM(int_gemm_32x32c64_avx512amx);
#undef LITEWRIGHT_INT_GEMM
void int_gemm_begin_avx512amx();
void int_gemm_end_avx512amx();

namespace {

constexpr IntGemmKernel kPortableKernel = {
    "int_gemm_2x8c2_portable", Isa::kPortable, int_gemm_2x8c2_portable, 2, 8, 2, 2, IntGemmA::kInt16};
#ifdef LITEWRIGHT_X86_KERNELS
constexpr IntGemmKernel kAvx512Kernel = {
    "int_gemm_12x32c2_avx512", Isa::kAvx512, int_gemm_12x32c2_avx512, 12, 32, 2, 2, IntGemmA::kInt16};
constexpr IntGemmKernel kAvx2Kernel = {"int_gemm_5x16c2_avx2", Isa::kAvx2, int_gemm_5x16c2_avx2, 5, 16, 2, 2,
                                       IntGemmA::kInt16};
#endif

constexpr IntGemmKernel kInt8Kernels[] = {
#ifdef LITEWRIGHT_X86_KERNELS
    {"int_gemm_32x32c64_avx512amx", Isa::kAvx512Amx, int_gemm_32x32c64_avx512amx, 32, 32, 64, 4,
     IntGemmA::kInt8, int_gemm_begin_avx512amx, int_gemm_end_avx512amx},
    {"int_gemm_14x32c4_avx512vnni", Isa::kAvx512Vnni, int_gemm_14x32c4_avx512vnni, 14, 32, 4, 4,
     IntGemmA::kUInt8},
    kAvx512Kernel,
    {"int_gemm_6x16c4_avxvnni", Isa::kAvxVnni, int_gemm_6x16c4_avxvnni, 6, 16, 4, 4, IntGemmA::kUInt8},
    kAvx2Kernel,
#endif
    kPortableKernel};
constexpr IntGemmKernel kInt16Kernels[] = {
#ifdef LITEWRIGHT_X86_KERNELS
    {"int_gemm_14x32c2_avx512vnni", Isa::kAvx512Vnni, int_gemm_14x32c2_avx512vnni, 14, 32, 2, 2,
     IntGemmA::kInt16},
    kAvx512Kernel,
    kAvx2Kernel,
#endif
    kPortableKernel};

// Bytes that a column's part of a panel begins with: what its sums start from, and for kernels of int8 rows
// 128 times the sum of its weights, so that they may also add 128 to A.
int64_t head_size(const IntGemmKernel& kernel) { return kernel.a == IntGemmA::kInt8 ? 8 : 4; }

// Writes `count` weights of a column that are `stride` apart in groups of `group`, one every `step` bytes,
// and returns their sum.
int32_t pack_column(const int8_t* from, int64_t stride, int64_t count, int64_t group, int64_t step,
                    int8_t* to) {
  int32_t sum = 0;
  int64_t d = 0;
  if (stride == 1 && group == 4) {
    for (; d + 4 <= count; d += 4, to += step) {
      std::memcpy(to, from + d, 4);
      sum += from[d] + from[d + 1] + from[d + 2] + from[d + 3];
    }
  }
  for (; d < count; to += step) {
    for (int64_t i = 0; i < group && d < count; ++i, ++d) sum += to[i] = from[d * stride];
  }
  return sum;
}

}  // namespace

KernelTable<IntGemmKernel> int_gemm_kernels() {
  return {kInt8Kernels, static_cast<int>(std::size(kInt8Kernels))};
}
KernelTable<IntGemmKernel> int_gemm_int16_kernels() {
  return {kInt16Kernels, static_cast<int>(std::size(kInt16Kernels))};
}

int64_t int_gemm_packed_offset(const IntGemmKernel& kernel, int64_t column, IntGemmDepth k) {
  return column * (head_size(kernel) + kernel.steps(k) * kernel.kr);
}

int64_t int_gemm_packed_size(const IntGemmKernel& kernel, int64_t n, IntGemmDepth k) {
  return int_gemm_packed_offset(kernel, (n + kernel.nr - 1) / kernel.nr * kernel.nr, k);
}

void int_gemm_pack(const IntGemmKernel& kernel, int64_t n, IntGemmDepth k, const int8_t* b,
                   int64_t column_stride, int64_t depth_stride, const int32_t* bias, int32_t zero_point,
                   int8_t* packed, int32_t* sums) {
  const int64_t nr = kernel.nr, part_bytes = kernel.steps(k.part) * kernel.kr * nr;
  const uint32_t excess = zero_point + (kernel.a == IntGemmA::kUInt8 ? 128 : 0);
  for (int64_t j = 0; j < n; j += nr, packed += k.parts * part_bytes) {
    int8_t* const head = packed;
    packed += nr * head_size(kernel);
    const int64_t columns = std::min(nr, n - j);
    if (columns < nr || part_bytes != k.part * nr) std::fill_n(packed, k.parts * part_bytes, int8_t{0});
    for (int64_t v = 0; v < nr; ++v) {
      int32_t sum = 0;
      const int8_t* from = b + (j + v) * column_stride;
      for (int64_t p = 0; v < columns && p < k.parts; ++p) {
        sum += pack_column(from + p * k.part * depth_stride, depth_stride, k.part, kernel.group,
                           nr * kernel.group, packed + p * part_bytes + v * kernel.group);
      }
      if (sums != nullptr && v < columns) sums[j + v] = sum;
      // Wraps as the sums do.
      const uint32_t start =
          (bias != nullptr && v < columns ? static_cast<uint32_t>(bias[j + v]) : 0u) - excess * sum;
      std::memcpy(head + v * sizeof(int32_t), &start, sizeof(start));
      if (kernel.a != IntGemmA::kInt8) continue;
      const uint32_t shifted = 128 * static_cast<uint32_t>(sum);
      std::memcpy(head + (nr + v) * sizeof(int32_t), &shifted, sizeof(shifted));
    }
  }
}

}  // namespace litewright
