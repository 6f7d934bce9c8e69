#include "ops/fft.h"

#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

namespace litewright {

void fft(std::span<std::complex<double>> values) {
  const size_t size = values.size();
  for (size_t i = 1, reversed = 0; i < size; ++i) {  // bit-reversed order
    size_t bit = size >> 1;
    for (; reversed & bit; bit >>= 1) reversed ^= bit;
    reversed ^= bit;
    if (i < reversed) std::swap(values[i], values[reversed]);
  }
  std::vector<std::complex<double>> roots(size / 2);
  for (size_t i = 0; i < roots.size(); ++i) {
    const double angle = -2.0 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(size);
    roots[i] = {std::cos(angle), std::sin(angle)};
  }
  for (size_t length = 2; length <= size; length *= 2) {
    for (size_t first = 0; first < size; first += length) {
      for (size_t k = 0; k < length / 2; ++k) {
        std::complex<double>&low = values[first + k], &high = values[first + k + length / 2];
        const std::complex<double>& root = roots[k * (size / length)];
        const std::complex<double> turned(high.real() * root.real() - high.imag() * root.imag(),
                                          high.real() * root.imag() + high.imag() * root.real());
        high = low - turned;
        low += turned;
      }
    }
  }
}

}  // namespace litewright
