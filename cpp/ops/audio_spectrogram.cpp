// AudioSpectrogram (custom): for every channel of [samples, channels] and every window, the (squared)
// magnitudes of its spectrum. Windows are Hann-weighted and padded with zeros to a power of two.
#include <bit>
#include <cmath>
#include <complex>
#include <numbers>

#include "ops/fft.h"
#include "ops/flex_options.h"
#include "ops/movement.h"

namespace litewright {
namespace {

struct SpectrogramOptions {
  int64_t window, stride;
  bool squared;
};

SpectrogramOptions options(const NodeContext& c) {
  const flexbuffers::Map map = flex_options(c);
  const SpectrogramOptions o{map["window_size"].AsInt64(), map["stride"].AsInt64(),
                             map["magnitude_squared"].AsBool()};
  if (o.window < 2 || o.window > (int64_t{1} << 30) || o.stride < 1)
    c.fail("window_size ", o.window, " with stride ", o.stride);
  return o;
}

int64_t fft_size(const SpectrogramOptions& o) {
  return static_cast<int64_t>(std::bit_ceil(static_cast<uint64_t>(o.window)));
}

void infer(InferContext& c) {
  const SpectrogramOptions o = options(c);
  const Shape& shape = c.input_shape(0);
  if (c.input_dtype(0) != DType::kFloat32 || shape.size() != 2)
    c.fail(c.describe_input(0), " should be float32[samples, channels]");
  const int64_t windows = shape[0] < o.window ? 0 : (shape[0] - o.window) / o.stride + 1;
  c.set_output(0, DType::kFloat32, checked_shape(c, {shape[1], windows, fft_size(o) / 2 + 1}));
}

Kernel prepare(PrepareContext& c) {
  const SpectrogramOptions o = options(c);
  std::vector<double> weights(o.window);
  for (int64_t i = 0; i < o.window; ++i) {
    weights[i] =
        0.5 - 0.5 * std::cos(2.0 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(o.window));
  }
  return [o, weights = std::move(weights), size = fft_size(o)](RunContext& run) -> Status {
    const int64_t channels = run.output_shape(0)[0], windows = run.output_shape(0)[1],
                  bins = run.output_shape(0)[2];
    std::vector<std::complex<double>> values(size);
    for (int64_t row = 0; row < channels * windows; ++row) {
      const float* samples = run.in<float>(0) + row % windows * o.stride * channels + row / windows;
      std::fill(values.begin(), values.end(), 0.0);
      for (int64_t i = 0; i < o.window; ++i)
        values[i] = static_cast<double>(samples[i * channels]) * weights[i];
      fft(values);
      for (int64_t i = 0; i < bins; ++i) {
        const auto power = static_cast<float>(std::norm(values[i]));
        run.out<float>(0)[row * bins + i] = o.squared ? power : std::sqrt(power);
      }
    }
    return {};
  };
}

}  // namespace

extern const CustomOpDef kAudioSpectrogram;
const CustomOpDef kAudioSpectrogram = {"AudioSpectrogram", infer, prepare};

}  // namespace litewright
