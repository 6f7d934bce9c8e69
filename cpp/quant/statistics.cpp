// The ways to turn what samples show into ranges.
#include <cmath>

#include "core/error.h"
#include "quant/histogram.h"

namespace litewright {
namespace {

Range extrema(const float* values, int64_t count) {
  float low = std::numeric_limits<float>::infinity(), high = -low;
  for (int64_t i = 0; i < count; ++i) {  // a comparison with NaN is false
    low = values[i] < low ? values[i] : low;
    high = values[i] > high ? values[i] : high;
  }
  return {low, high};
}

class MinMax : public Statistics {
 public:
  explicit MinMax(size_t tensors) : ranges_(tensors) {}
  void add(TensorId id, const float* values, int64_t count) override {
    const Range now = extrema(values, count);
    Range& range = ranges_[id];
    range = {std::min(range.min, now.min), std::max(range.max, now.max)};
  }
  Ranges ranges() const override { return ranges_; }

 private:
  Ranges ranges_;
};

// Later samples move the extrema by a share, so that one outlier does not decide.
class MovingAverage : public Statistics {
 public:
  MovingAverage(size_t tensors, double momentum)
      : ranges_(tensors), momentum_(static_cast<float>(momentum)) {}
  void add(TensorId id, const float* values, int64_t count) override {
    const Range now = extrema(values, count);
    Range& range = ranges_[id];
    if (!now.seen()) return;
    if (!range.seen()) {
      range = now;
    } else {
      range.min += (1 - momentum_) * (now.min - range.min);
      range.max += (1 - momentum_) * (now.max - range.max);
    }
  }
  Ranges ranges() const override { return ranges_; }

 private:
  Ranges ranges_;
  float momentum_;
};

class FromHistograms : public Statistics {
 public:
  FromHistograms(size_t tensors, std::function<Range(const Histogram&)> choose)
      : histograms_(tensors), choose_(std::move(choose)) {}
  void add(TensorId id, const float* values, int64_t count) override { histograms_[id].add(values, count); }
  Ranges ranges() const override {
    Ranges result(histograms_.size());
    for (size_t i = 0; i < result.size(); ++i) {
      if (histograms_[i].total() > 0) result[i] = choose_(histograms_[i]);
    }
    return result;
  }

 private:
  std::vector<Histogram> histograms_;
  std::function<Range(const Histogram&)> choose_;
};

}  // namespace

std::unique_ptr<Statistics> make_statistics(const Calibration& calibration, size_t tensors) {
  switch (calibration.method) {
    case CalibrationMethod::kMinMax:
      return std::make_unique<MinMax>(tensors);
    case CalibrationMethod::kMovingAverage:
      return std::make_unique<MovingAverage>(tensors, calibration.momentum);
    case CalibrationMethod::kPercentile: {
      const double percentile = calibration.percentile;
      if (!(percentile > 50 && percentile <= 100)) {
        fail(ErrorCode::kInvalidArgument, "the percentile should be above 50 and at most 100, not ",
             percentile);
      }
      return std::make_unique<FromHistograms>(
          tensors, [percentile](const Histogram& h) { return h.quantiles((100 - percentile) / 100); });
    }
    case CalibrationMethod::kMse:
      return std::make_unique<FromHistograms>(tensors, [](const Histogram& h) { return h.least_error(256); });
  }
  fail(ErrorCode::kInvalidArgument, "unknown calibration method");
}

}  // namespace litewright
