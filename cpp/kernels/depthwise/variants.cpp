#include "kernels/depthwise/depthwise.h"

namespace litewright {

#define LITEWRIGHT_F32_DEPTHWISE(name)                                                                \
  void name(const DepthwiseImage& image, const float* input, const float* weights, const float* bias, \
            int64_t first, int64_t last, float* out, float lo, float hi)
LITEWRIGHT_F32_DEPTHWISE(f32_depthwise_portable);
LITEWRIGHT_F32_DEPTHWISE(f32_depthwise_avx2);
LITEWRIGHT_F32_DEPTHWISE(f32_depthwise_avx512);
#undef LITEWRIGHT_F32_DEPTHWISE
extern const IntDepthwiseKernel kIntDepthwisePortable, kIntDepthwiseAvx2, kIntDepthwiseAvx512,
    kIntDepthwiseAvx512Vnni;

KernelTable<F32DepthwiseKernel> f32_depthwise_kernels() {
  static constexpr F32DepthwiseKernel rows[] = {
#ifdef LITEWRIGHT_X86_KERNELS
      {"f32_depthwise_avx512", Isa::kAvx512, f32_depthwise_avx512},
      {"f32_depthwise_avx2", Isa::kAvx2, f32_depthwise_avx2},
#endif
      {"f32_depthwise_portable", Isa::kPortable, f32_depthwise_portable},
  };
  return {rows, static_cast<int>(sizeof(rows) / sizeof(rows[0]))};
}

namespace {
KernelTable<IntDepthwiseKernel> int_rows() {
#ifdef LITEWRIGHT_X86_KERNELS
  static const IntDepthwiseKernel rows[] = {kIntDepthwiseAvx512Vnni, kIntDepthwiseAvx512, kIntDepthwiseAvx2,
                                            kIntDepthwisePortable};
#else
  static const IntDepthwiseKernel rows[] = {kIntDepthwisePortable};
#endif
  return {rows, static_cast<int>(sizeof(rows) / sizeof(rows[0]))};
}
}  // namespace

KernelTable<IntDepthwiseKernel> int_depthwise_kernels() { return int_rows(); }

KernelTable<IntDepthwiseKernel> int_depthwise_int16_kernels() {
  KernelTable<IntDepthwiseKernel> table = int_rows();
  for (; table.rows->input != DepthwiseInput::kInt16; ++table.rows) --table.count;
  return table;
}

}  // namespace litewright
