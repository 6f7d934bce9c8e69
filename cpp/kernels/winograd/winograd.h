// Convolutions from fewer products (Winograd, "Arithmetic Complexity of Computations"; Lavin and Gray, "Fast
// Algorithms for Convolutional Neural Networks"): F(tile, taps) makes `tile` outputs of a one-dimensional
// filter from patch = tile + taps - 1 products instead of tile * taps. Two dimensions: one after the other.
#pragma once

#include <cstdint>

#include "kernels/kernel_table.h"

namespace litewright {

struct WinogradAxis {
  int tile, taps;
  constexpr int patch() const { return tile + taps - 1; }
};

inline constexpr int kWinogradMaxPatch = 8;

struct WinogradKernel {
  const char* name;
  Isa isa;
  WinogradAxis h, w;
  // A patch of h.patch() x w.patch() pixels of `channels` values: element (y, x, c) is patch[y * row_stride +
  // x * pixel_stride + c]. Plane (y, x) of the result goes to out + (y * w.patch() + x) * plane_stride.
  void (*input)(int64_t channels, const float* patch, int64_t row_stride, int64_t pixel_stride, float* out,
                int64_t plane_stride);
  // clamp(tile + bias), of which the first `rows` x `columns` outputs are stored.
  void (*output)(int64_t channels, const float* planes, int64_t plane_stride, const float* bias, float* out,
                 int64_t row_stride, int64_t pixel_stride, int rows, int columns, float lo, float hi);
  // out[i] = sum over t < count of factors[t] * in[t * step + i], for i < n.
  void (*combine)(int count, const float* factors, const float* in, int64_t step, int64_t n, float* out);

  int planes() const { return h.patch() * w.patch(); }
};

inline constexpr int kWinogradSizes = 7;
struct WinogradRows {
  WinogradKernel rows[kWinogradSizes];
};
// For every instruction set all sizes, best instruction set first.
KernelTable<WinogradKernel> winograd_kernels();

// Row p holds the factors of the taps in product p.
struct WinogradFilter {
  float factors[kWinogradMaxPatch][kWinogradMaxPatch];
};
WinogradFilter winograd_filter(const WinogradAxis& axis);

}  // namespace litewright
