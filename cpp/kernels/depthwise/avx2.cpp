#if defined(__AVX2__)
#include "kernels/depthwise/f32_tile.h"
#include "kernels/depthwise/int16_pairs.h"

namespace litewright {

void f32_depthwise_avx2(int64_t channels, const DepthwiseTaps& taps, int64_t pixels, int64_t pixel_stride,
                        const float* bias, float* out, int64_t out_stride, float lo, float hi) {
  f32_depthwise<6>(channels, taps, pixels, pixel_stride, bias, out, out_stride, lo, hi);
}

extern const IntDepthwiseKernel kIntDepthwiseAvx2 = {
    "int_depthwise_avx2", Isa::kAvx2, DepthwiseInput::kInt16, pairs_to_int32, pairs_to_int8, nullptr,
    pairs_packed_size,    pack_pairs, pack_pair_scale};

}  // namespace litewright
#endif
