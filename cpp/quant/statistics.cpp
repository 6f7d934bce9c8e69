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

Range united(Range a, Range b) { return {std::min(a.min, b.min), std::max(a.max, b.max)}; }

// TensorFlow reads an operator's operands again when the operator has run: what it has overwritten by then
// has the range of both.
class MinMax : public Statistics {
 public:
  explicit MinMax(const Subgraph& subgraph)
      : ranges_(subgraph.tensors.size()), overwrites_(find_overwrites(subgraph)) {}
  void add(TensorId id, const float* values, int64_t count) override {
    ranges_[id] = united(ranges_[id], extrema(values, count));
  }
  Ranges ranges() const override {
    Ranges result = ranges_;
    for (const auto& [operand, written] : overwrites_)
      result[operand] = united(ranges_[operand], ranges_[written]);
    return result;
  }
  void save(StateWriter& writer) const override { writer.put(ranges_); }
  void merge(StateReader& reader) override {
    const auto others = reader.get<Range>(ranges_.size());
    for (size_t i = 0; i < others.size(); ++i) ranges_[i] = united(ranges_[i], others[i]);
  }

 private:
  Ranges ranges_;
  std::vector<Overwrite> overwrites_;
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
  void save(StateWriter&) const override { fail_order(); }
  void merge(StateReader&) override { fail_order(); }

 private:
  [[noreturn]] static void fail_order() {
    fail(ErrorCode::kInvalidArgument,
         "calibration 'moving_average' depends on the order of the samples and cannot be merged from parts; "
         "use minmax, percentile or mse");
  }
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
  void save(StateWriter& writer) const override {
    for (const Histogram& histogram : histograms_) histogram.save(writer);
  }
  void merge(StateReader& reader) override {
    for (Histogram& histogram : histograms_) histogram.merge(reader);
  }

 private:
  std::vector<Histogram> histograms_;
  std::function<Range(const Histogram&)> choose_;
};

}  // namespace

std::unique_ptr<Statistics> make_statistics(const Calibration& calibration, const Subgraph& subgraph) {
  const size_t tensors = subgraph.tensors.size();
  switch (calibration.method) {
    case CalibrationMethod::kMinMax:
      return std::make_unique<MinMax>(subgraph);
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
