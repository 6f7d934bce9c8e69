#include "kernels/depthwise/f32_image.h"
#include "kernels/depthwise/int16_loops.h"

namespace litewright {

void f32_depthwise_portable(const DepthwiseImage& image, const float* input, const float* weights,
                            const float* bias, int64_t first, int64_t last, float* out, float lo, float hi) {
  f32_depthwise<4>(image, input, weights, bias, first, last, out, lo, hi);
}

extern const IntDepthwiseKernel kIntDepthwisePortable = {
    "int_depthwise_portable", Isa::kPortable, DepthwiseInput::kInt16,
    int16_depthwise,          nullptr,        nullptr,
    int16_packed_size,        int16_pack,     nullptr};

}  // namespace litewright
