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
LITEWRIGHT_INT_GEMM(int_gemm_12x32c2_avx512);
LITEWRIGHT_INT_GEMM(int_gemm_14x32c4_avx512vnni);
LITEWRIGHT_INT_GEMM(int_gemm_14x32c2_avx512vnni);
#undef LITEWRIGHT_INT_GEMM

namespace {

constexpr IntGemmKernel kKernels[] = {
#ifdef LITEWRIGHT_X86_KERNELS
    {"int_gemm_14x32c4_avx512vnni", Isa::kAvx512Vnni, int_gemm_14x32c4_avx512vnni, 14, 32, 4,
     IntGemmA::kUInt8},
    {"int_gemm_14x32c2_avx512vnni", Isa::kAvx512Vnni, int_gemm_14x32c2_avx512vnni, 14, 32, 2,
     IntGemmA::kInt16},
    {"int_gemm_12x32c2_avx512", Isa::kAvx512, int_gemm_12x32c2_avx512, 12, 32, 2, IntGemmA::kInt16},
    {"int_gemm_5x16c2_avx2", Isa::kAvx2, int_gemm_5x16c2_avx2, 5, 16, 2, IntGemmA::kInt16},
#endif
    {"int_gemm_2x8c2_portable", Isa::kPortable, int_gemm_2x8c2_portable, 2, 8, 2, IntGemmA::kInt16},
};
constexpr int kCount = static_cast<int>(std::size(kKernels));
constexpr int kUInt8Rows = kKernels[0].a == IntGemmA::kUInt8 ? 1 : 0;

}  // namespace

KernelTable<IntGemmKernel> int_gemm_kernels() { return {kKernels, kCount}; }
KernelTable<IntGemmKernel> int_gemm_int16_kernels() { return {kKernels + kUInt8Rows, kCount - kUInt8Rows}; }

int64_t int_gemm_packed_offset(const IntGemmKernel& kernel, int64_t column, int64_t k) {
  return column * (static_cast<int64_t>(sizeof(int32_t)) + kernel.steps(k) * kernel.kr);
}

int64_t int_gemm_packed_size(const IntGemmKernel& kernel, int64_t n, int64_t k) {
  return int_gemm_packed_offset(kernel, (n + kernel.nr - 1) / kernel.nr * kernel.nr, k);
}

void int_gemm_pack(const IntGemmKernel& kernel, int64_t n, int64_t k, const int8_t* b, int64_t column_stride,
                   int64_t depth_stride, const int32_t* bias, int32_t zero_point, int8_t* packed,
                   int32_t* sums) {
  const int64_t nr = kernel.nr, kr = kernel.kr, steps = kernel.steps(k);
  const uint32_t excess = zero_point + (kernel.a == IntGemmA::kUInt8 ? 128 : 0);
  for (int64_t j = 0; j < n; j += nr) {
    int8_t* const head = packed;
    packed += nr * sizeof(int32_t);
    const int64_t columns = std::min(nr, n - j);
    if (columns < nr || steps * kr != k) std::fill_n(packed, nr * steps * kr, int8_t{0});
    for (int64_t v = 0; v < nr; ++v) {
      int32_t sum = 0;
      const int8_t* from = b + (j + v) * column_stride;
      for (int64_t d = 0; v < columns && d < k; ++d) {
        const int8_t weight = from[d * depth_stride];
        packed[d / kr * nr * kr + v * kr + d % kr] = weight;
        sum += weight;
      }
      if (sums != nullptr && v < columns) sums[j + v] = sum;
      // Wraps as the sums do.
      const uint32_t start =
          (bias != nullptr && v < columns ? static_cast<uint32_t>(bias[j + v]) : 0u) - excess * sum;
      std::memcpy(head + v * sizeof(int32_t), &start, sizeof(start));
    }
    packed += nr * steps * kr;
  }
}

}  // namespace litewright
