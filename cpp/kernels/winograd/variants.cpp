#include <algorithm>
#include <array>

#include "kernels/winograd/winograd.h"

namespace litewright {

extern const WinogradRows kWinogradPortable, kWinogradAvx2, kWinogradAvx512;

KernelTable<WinogradKernel> winograd_kernels() {
#ifdef LITEWRIGHT_X86_KERNELS
  static const WinogradRows sets[] = {kWinogradAvx512, kWinogradAvx2, kWinogradPortable};
#else
  static const WinogradRows sets[] = {kWinogradPortable};
#endif
  return {sets[0].rows, static_cast<int>((sizeof(sets) / sizeof(sets[0])) * kWinogradSizes)};
}

WinogradFilter winograd_filter(const WinogradAxis& axis) {
  // The interpolation points, the last one at infinity, and what the polynomials through them are divided by.
  constexpr double kPoints[] = {0, 1, -1, 2, -2, 0.5, -0.5};
  constexpr std::array<double, 3> kThree = {1, 0.5, 0.5};
  constexpr std::array<double, 5> kFive = {1.0 / 4, -1.0 / 6, -1.0 / 6, 1.0 / 24, 1.0 / 24};
  constexpr std::array<double, 7> kSeven = {1, -2.0 / 9, -2.0 / 9, 1.0 / 90, 1.0 / 90, 32.0 / 45, 32.0 / 45};
  const int patch = axis.patch();
  const double* scale = patch == 4 ? kThree.data() : patch == 6 ? kFive.data() : kSeven.data();
  WinogradFilter filter = {};
  filter.factors[patch - 1][axis.taps - 1] = 1;
  for (int p = 0; p + 1 < patch; ++p) {
    double power = scale[p];
    for (int t = 0; t < axis.taps; ++t, power *= kPoints[p]) filter.factors[p][t] = static_cast<float>(power);
  }
  return filter;
}

}  // namespace litewright
