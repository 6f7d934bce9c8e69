// Mfcc (custom; spectrogram [channels, frames, bins] of squared magnitudes, sample rate): mel-frequency
// cepstral coefficients: triangular bands on the mel scale, their logarithms, and a discrete cosine transform
// of those.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "ops/flex_options.h"
#include "ops/movement.h"

namespace litewright {
namespace {

struct MfccOptions {
  double upper, lower;  // frequencies in Hz
  int64_t bands, coefficients;
};

MfccOptions options(const NodeContext& c) {
  const flexbuffers::Map map = flex_options(c);
  const MfccOptions o{static_cast<double>(static_cast<float>(map["upper_frequency_limit"].AsInt64())),
                      static_cast<double>(static_cast<float>(map["lower_frequency_limit"].AsInt64())),
                      map["filterbank_channel_count"].AsInt64(), map["dct_coefficient_count"].AsInt64()};
  if (o.bands < 1 || o.bands > (1 << 20) || o.coefficients < 1 || o.coefficients > o.bands || o.lower < 0 ||
      o.upper <= o.lower) {
    c.fail(o.coefficients, " coefficients of ", o.bands, " bands between ", o.lower, " and ", o.upper,
           " Hz are not possible");
  }
  return o;
}

void infer(InferContext& c) {
  const MfccOptions o = options(c);
  const Shape& shape = c.input_shape(0);
  if (c.input_dtype(0) != DType::kFloat32 || shape.size() != 3 || shape[2] < 2)
    c.fail(c.describe_input(0), " should be float32[channels, frames, bins]");
  if (c.input_dtype(1) != DType::kInt32 || num_elements(c.input_shape(1)) != 1)
    c.fail(c.describe_input(1), " should be an int32 scalar");
  c.set_output(0, DType::kFloat32, checked_shape(c, {shape[0], shape[1], o.coefficients}));
}

double mel(double frequency) { return 1127.0 * std::log1p(frequency / 700.0); }

// How every bin of a spectrum counts for the bands: `weight` for `band`, the rest for the next one. Band -1
// is none.
struct MelBands {
  struct Bin {
    int64_t band;
    double weight;
  };
  int64_t first = 0;
  std::vector<Bin> bins;
};

MelBands mel_bands(const MfccOptions& o, int64_t bins, double sample_rate) {
  const double low = mel(o.lower), spacing = (mel(o.upper) - low) / static_cast<double>(o.bands + 1);
  const auto center = [&](int64_t band) { return low + spacing * static_cast<double>(band + 1); };
  const double bin_width = 0.5 * sample_rate / static_cast<double>(bins - 1);
  MelBands result;
  const double first = 1.5 + o.lower / bin_width, last = o.upper / bin_width;
  result.first = first < static_cast<double>(bins) ? static_cast<int64_t>(first) : bins;  // never the mean
  const int64_t end = last < static_cast<double>(bins) ? static_cast<int64_t>(last) + 1 : bins + 1;
  int64_t band = 0;
  for (int64_t i = result.first; i < end; ++i) {
    const double at = mel(static_cast<double>(i) * bin_width);
    while (band < o.bands && center(band) < at) ++band;
    const double before = band > 0 ? center(band - 1) : low;
    result.bins.push_back({band - 1, (center(band) - at) / (center(band) - before)});
  }
  return result;
}

Kernel prepare(PrepareContext& c) {
  const MfccOptions o = options(c);
  std::vector<double> cosines(o.coefficients * o.bands);
  const double scale = std::sqrt(2.0 / static_cast<double>(o.bands)),
               step = std::numbers::pi / static_cast<double>(o.bands);
  for (int64_t i = 0; i < o.coefficients; ++i) {
    for (int64_t k = 0; k < o.bands; ++k) {
      cosines[i * o.bands + k] =
          scale * std::cos(static_cast<double>(i) * step * (static_cast<double>(k) + 0.5));
    }
  }
  return [o, cosines = std::move(cosines)](RunContext& run) -> Status {
    const Shape& shape = run.input_shape(0);
    const int32_t rate = *run.in<int32_t>(1);
    if (rate <= 0) return Status::error("the sample rate is ", rate);
    const MelBands mel = mel_bands(o, shape[2], rate);
    if (mel.first + static_cast<int64_t>(mel.bins.size()) > shape[2])
      return Status::error("the spectrogram ends below ", o.upper, " Hz");
    std::vector<double> bands(o.bands);
    for (int64_t frame = 0; frame < int64_t{shape[0]} * shape[1]; ++frame) {
      const float* spectrum = run.in<float>(0) + frame * shape[2] + mel.first;
      std::fill(bands.begin(), bands.end(), 0.0);
      for (size_t i = 0; i < mel.bins.size(); ++i) {
        const auto [band, weight] = mel.bins[i];
        const double magnitude = std::sqrt(static_cast<double>(spectrum[i])), weighted = magnitude * weight;
        if (band >= 0) bands[band] += weighted;
        if (band + 1 < o.bands) bands[band + 1] += magnitude - weighted;
      }
      for (double& value : bands) value = std::log(std::max(value, 1e-12));
      for (int64_t i = 0; i < o.coefficients; ++i) {
        double sum = 0;
        for (int64_t k = 0; k < o.bands; ++k) sum += cosines[i * o.bands + k] * bands[k];
        run.out<float>(0)[frame * o.coefficients + i] = static_cast<float>(sum);
      }
    }
    return {};
  };
}

}  // namespace

extern const CustomOpDef kMfcc;
const CustomOpDef kMfcc = {"Mfcc", infer, prepare};

}  // namespace litewright
