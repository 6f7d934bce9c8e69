// Transforms of Winograd's F(4x4, 3x3): a 4x4 tile of outputs of a 3x3 convolution from 36 products per
// channel pair instead of 144 (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks").
#pragma once

#include <cstdint>

#include "kernels/kernel_table.h"

namespace litewright {

inline constexpr int kWinogradTile = 4;   // outputs of a tile, each way
inline constexpr int kWinogradPatch = 6;  // inputs of a tile, each way
inline constexpr int kWinogradPlanes = 36;

struct WinogradKernel {
  const char* name;
  Isa isa;
  // A 6x6 patch of `channels` values per pixel: element (y, x, c) is patch[y * row_stride + x * pixel_stride
  // + c]. Plane p of the result goes to out + p * plane_stride.
  void (*input)(int64_t channels, const float* patch, int64_t row_stride, int64_t pixel_stride, float* out,
                int64_t plane_stride);
  // clamp(tile + bias), of which the first `rows` x `columns` outputs are stored.
  void (*output)(int64_t channels, const float* planes, int64_t plane_stride, const float* bias, float* out,
                 int64_t row_stride, int64_t pixel_stride, int rows, int columns, float lo, float hi);
};

KernelTable<WinogradKernel> winograd_kernels();

// The 36 transformed weights of one channel pair; tap (y, x) is weights[(y * 3 + x) * tap_stride].
void winograd_weights(const float* weights, int64_t tap_stride, float* planes, int64_t plane_stride);

}  // namespace litewright
