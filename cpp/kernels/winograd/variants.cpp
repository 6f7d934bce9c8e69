#include "kernels/winograd/winograd.h"

namespace litewright {

extern const WinogradKernel kWinogradPortable, kWinogradAvx2, kWinogradAvx512;

KernelTable<WinogradKernel> winograd_kernels() {
#ifdef LITEWRIGHT_X86_KERNELS
  static const WinogradKernel rows[] = {kWinogradAvx512, kWinogradAvx2, kWinogradPortable};
#else
  static const WinogradKernel rows[] = {kWinogradPortable};
#endif
  return {rows, static_cast<int>(sizeof(rows) / sizeof(rows[0]))};
}

void winograd_weights(const float* weights, int64_t tap_stride, float* planes, int64_t plane_stride) {
  const auto line = [](float g0, float g1, float g2, float* to, int step) {  // one column of G
    to[0] = g0 / 4;
    to[step] = -(g0 + g1 + g2) / 6;
    to[2 * step] = -(g0 - g1 + g2) / 6;
    to[3 * step] = g0 / 24 + g1 / 12 + g2 / 6;
    to[4 * step] = g0 / 24 - g1 / 12 + g2 / 6;
    to[5 * step] = g2;
  };
  float lines[18], result[6];
  for (int x = 0; x < 3; ++x) {
    line(weights[x * tap_stride], weights[(3 + x) * tap_stride], weights[(6 + x) * tap_stride], lines + x, 3);
  }
  for (int y = 0; y < 6; ++y) {
    line(lines[3 * y], lines[3 * y + 1], lines[3 * y + 2], result, 1);
    for (int x = 0; x < 6; ++x) planes[(y * 6 + x) * plane_stride] = result[x];
  }
}

}  // namespace litewright
