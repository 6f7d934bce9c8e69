// Depthwise convolution: float images, and runs of integer pixels.
#pragma once

#include <cstdint>

#include "kernels/kernel_table.h"

namespace litewright {

// One dimension of an image; `pad` elements come before the first.
struct DepthwiseAxis {
  int64_t in, out, kernel, stride, dilation, pad;
};
// Input [h.in][w.in][channels], weights [h.kernel][w.kernel][channels], output [h.out][w.out][channels].
struct DepthwiseImage {
  int64_t channels;
  DepthwiseAxis h, w;
};
// Output rows [first, last) of one image: clamp(bias + sum over the taps inside the image). `out` is where
// output row 0 belongs. Images of less than 8 columns that are higher than wide may be summed in another
// order where all rows are made at once.
using F32DepthwiseFunction = void (*)(const DepthwiseImage& image, const float* input, const float* weights,
                                      const float* bias, int64_t first, int64_t last, float* out, float lo,
                                      float hi);
struct F32DepthwiseKernel {
  const char* name;
  Isa isa;
  F32DepthwiseFunction function;
};
KernelTable<F32DepthwiseKernel> f32_depthwise_kernels();

// The window of an integer depthwise convolution over rows that are padded already.
struct DepthwiseWindow {
  int rows, columns;      // of the kernel
  int64_t column_stride;  // bytes from one kernel column to the next
  int64_t pixel_stride;   // bytes from one output pixel's window to the next
};
// out[p][c] = start[c] + sum over the window of inputs[row][...] * weights, for `pixels` outputs.
// inputs[row] are rows of int8 values plus 128 (kUInt8) or of int16 values; each may be read up to 64 bytes
// beyond the last channel of its last pixel. `packed` is what int_depthwise_pack() made.
using IntDepthwiseFunction = void (*)(int64_t channels, const DepthwiseWindow& window,
                                      const uint8_t* const* inputs, const int8_t* packed, int64_t pixels,
                                      int32_t* out);
// The same, requantized to int8 by scale, zero point and limits as in Requantization; `flip` is 0x80 for
// uint8, else 0.
struct DepthwiseOutput {
  const float* scale;  // what pack_scale() made
  int32_t zero, lo, hi;
  uint8_t flip;
};
using S8DepthwiseFunction = void (*)(int64_t channels, const DepthwiseWindow& window,
                                     const uint8_t* const* inputs, const int8_t* packed, int64_t pixels,
                                     const DepthwiseOutput& to, int8_t* out);
// The same to float: clamp((sum - excess[c]) * scale[c] + bias[c], lo, hi).
struct DepthwiseFloatOutput {
  const int32_t* excess;  // these three in the order of the channels
  const float *scale, *bias;
  float lo, hi;
};
using HybridDepthwiseFunction = void (*)(int64_t channels, const DepthwiseWindow& window,
                                         const uint8_t* const* inputs, const int8_t* packed, int64_t pixels,
                                         const DepthwiseFloatOutput& to, float* out);
enum class DepthwiseInput { kUInt8, kInt16 };
struct IntDepthwiseKernel {
  const char* name;
  Isa isa;
  DepthwiseInput input;
  IntDepthwiseFunction function;
  S8DepthwiseFunction to_s8;       // may be null
  HybridDepthwiseFunction to_f32;  // may be null
  int64_t (*packed_size)(int64_t channels, const DepthwiseWindow& window);
  // weights[row][column][channel], int8 values where the input is kUInt8; the sums start from bias[c] -
  // zero_point * (sum of c's weights), null bias is zero.
  void (*pack)(int64_t channels, const DepthwiseWindow& window, const int16_t* weights, const int32_t* bias,
               int32_t zero_point, int8_t* packed);
  // Scales in the order that to_s8 wants; `packed` has room for the channels rounded up to 64.
  void (*pack_scale)(int64_t channels, const float* scale, float* packed);
  int64_t input_size() const { return input == DepthwiseInput::kUInt8 ? 1 : 2; }
};
KernelTable<IntDepthwiseKernel> int_depthwise_kernels();        // for int8 values
KernelTable<IntDepthwiseKernel> int_depthwise_int16_kernels();  // those with input == kInt16

}  // namespace litewright
