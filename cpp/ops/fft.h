// Discrete Fourier transforms of lengths that are powers of two.
#pragma once

#include <complex>
#include <span>

namespace litewright {

// values[k] becomes sum over n of values[n] * exp(-2 pi i k n / size).
void fft(std::span<std::complex<double>> values);

}  // namespace litewright
