#include "quant/histogram.h"

#include <algorithm>
#include <cmath>

namespace litewright {

void Histogram::add(const float* values, int64_t count) {
  double most = 0;
  for (int64_t i = 0; i < count; ++i) {
    if (!std::isfinite(values[i])) continue;
    most = std::max(most, std::abs(static_cast<double>(values[i])));
    seen_ = {std::min(seen_.min, values[i]), std::max(seen_.max, values[i])};
  }
  if (bins_.empty()) bins_.assign(kBins, 0);
  if (bound_ == 0) bound_ = most;
  if (bound_ == 0) {
    total_ += static_cast<double>(count);
    bins_[kBins / 2] += static_cast<double>(count);
    return;
  }
  while (bound_ < most) {  // pairs of bins become one, towards the middle
    std::vector<double> merged(kBins, 0);
    for (int i = 0; i < kBins; ++i) merged[kBins / 4 + i / 2] += bins_[i];
    bins_ = std::move(merged);
    bound_ *= 2;
  }
  const double inverse = kBins / (2.0 * bound_);
  for (int64_t i = 0; i < count; ++i) {
    if (!std::isfinite(values[i])) continue;
    const int bin = static_cast<int>((values[i] + bound_) * inverse);
    bins_[std::clamp(bin, 0, kBins - 1)] += 1;
    total_ += 1;
  }
}

Range Histogram::quantiles(double tail) const {
  if (total_ == 0) return seen_;
  const double cut = tail * total_;
  int low = 0, high = kBins - 1;
  for (double sum = bins_[low]; sum <= cut && low < kBins - 1;) sum += bins_[++low];
  for (double sum = bins_[high]; sum <= cut && high > low;) sum += bins_[--high];
  return {std::max(seen_.min, static_cast<float>(center(low) - width() / 2)),
          std::min(seen_.max, static_cast<float>(center(high) + width() / 2))};
}

double Histogram::error(double low, double high, int levels) const {
  const double step = (high - low) / (levels - 1);
  double sum = 0;
  for (int i = 0; i < kBins; ++i) {
    if (bins_[i] == 0) continue;
    const double x = center(i);
    const double outside = x < low ? low - x : x > high ? x - high : 0;
    sum += bins_[i] * (outside * outside + step * step / 12);
  }
  return sum;
}

Range Histogram::least_error(int levels) const {
  if (total_ == 0) return seen_;
  constexpr int kTries = 64;
  const double low = std::min(seen_.min, 0.0f), high = std::max(seen_.max, 0.0f);
  double best_error = error(low, high, levels), best = 1.0;
  for (int i = 1; i < kTries; ++i) {
    const double share = static_cast<double>(i) / kTries;
    const double e = error(low * share, high * share, levels);
    if (e < best_error) {
      best_error = e;
      best = share;
    }
  }
  return {static_cast<float>(low * best), static_cast<float>(high * best)};
}

}  // namespace litewright
