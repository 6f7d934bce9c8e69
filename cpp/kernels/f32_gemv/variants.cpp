#include <iterator>

#include "kernels/f32_gemv/f32_gemv.h"

namespace litewright {

#define LITEWRIGHT_F32_GEMV(name)                                                                        \
  void name(int64_t n, int64_t k, const float* x, const float* w, const float* bias, float* y, float lo, \
            float hi)
LITEWRIGHT_F32_GEMV(f32_gemv_portable);
LITEWRIGHT_F32_GEMV(f32_gemv_avx2);
LITEWRIGHT_F32_GEMV(f32_gemv_avx512);
#undef LITEWRIGHT_F32_GEMV

KernelTable<F32GemvKernel> f32_gemv_kernels() {
  static constexpr F32GemvKernel rows[] = {
#ifdef LITEWRIGHT_X86_KERNELS
      {"f32_gemv_avx512", Isa::kAvx512, f32_gemv_avx512},
      {"f32_gemv_avx2", Isa::kAvx2, f32_gemv_avx2},
#endif
      {"f32_gemv_portable", Isa::kPortable, f32_gemv_portable},
  };
  return {rows, static_cast<int>(std::size(rows))};
}

}  // namespace litewright
