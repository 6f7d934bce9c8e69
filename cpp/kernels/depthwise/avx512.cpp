#if defined(__AVX512F__)
#include "kernels/depthwise/f32_image.h"
#include "kernels/depthwise/int16_pairs.h"

namespace litewright {

void f32_depthwise_avx512(const DepthwiseImage& image, const float* input, const float* weights,
                          const float* bias, int64_t first, int64_t last, float* out, float lo, float hi) {
  f32_depthwise<8>(image, input, weights, bias, first, last, out, lo, hi);
}

extern const IntDepthwiseKernel kIntDepthwiseAvx512 = {
    "int_depthwise_avx512", Isa::kAvx512, DepthwiseInput::kInt16, pairs_to_int32, pairs_to_int8, nullptr,
    pairs_packed_size,      pack_pairs,   pack_pair_scale};

}  // namespace litewright
#endif
