#include "quant/histogram.h"

#include <algorithm>
#include <cmath>

namespace litewright {

void Histogram::widen(double bound) {
  if (bins_.empty()) bins_.assign(kBins, 0);
  if (bound_ == 0) bound_ = bound;
  for (; bound_ < bound; bound_ *= 2) {  // pairs of bins become one, towards the middle
    std::vector<double> merged(kBins, 0);
    for (int i = 0; i < kBins; ++i) merged[kBins / 4 + i / 2] += bins_[i];
    bins_ = std::move(merged);
  }
}

void Histogram::add(const float* values, int64_t count) {
  double most = 0;
  for (int64_t i = 0; i < count; ++i) {
    if (!std::isfinite(values[i])) continue;
    most = std::max(most, std::abs(static_cast<double>(values[i])));
    seen_ = {std::min(seen_.min, values[i]), std::max(seen_.max, values[i])};
  }
  int exponent = 0;
  std::frexp(most, &exponent);
  widen(most > 0 ? std::ldexp(1.0, exponent) : 0);
  const double per_bin = bound_ > 0 ? kBins / (2.0 * bound_) : 0;  // a power of two: products are exact
  for (int64_t i = 0; i < count; ++i) {
    if (!std::isfinite(values[i])) continue;
    bins_[kBins / 2 + static_cast<int>(std::floor(values[i] * per_bin))] += 1;
    total_ += 1;
  }
}

void Histogram::save(StateWriter& writer) const {
  writer.put(std::vector<double>{bound_, total_, seen_.min, seen_.max});
  writer.put(total_ > 0 ? bins_ : std::vector<double>());
}

void Histogram::merge(StateReader& reader) {
  Histogram other;
  const auto numbers = reader.get<double>(4);
  other.bound_ = numbers[0];
  other.bins_ = reader.get<double>();
  if (other.bins_.empty()) return;
  if (other.bins_.size() != kBins || !(numbers[0] >= 0 && std::isfinite(numbers[0])))
    fail(ErrorCode::kInvalidArgument, "these calibration statistics are damaged");
  widen(other.bound_);
  other.widen(bound_);
  for (int i = 0; i < kBins; ++i) bins_[i] += other.bins_[i];
  total_ += numbers[1];
  seen_ = {std::min(seen_.min, static_cast<float>(numbers[2])),
           std::max(seen_.max, static_cast<float>(numbers[3]))};
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
