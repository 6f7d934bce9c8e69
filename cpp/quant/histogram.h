// How often a tensor took which values, without knowing its range beforehand.
#pragma once

#include <cstdint>
#include <vector>

#include "quant/observer.h"

namespace litewright {

// Equal bins over [-bound, bound]. The bound starts at the first values and doubles when larger ones come.
class Histogram {
 public:
  void add(const float* values, int64_t count);
  double total() const { return total_; }
  // The values between which all but a `tail` share on each side lie.
  Range quantiles(double tail) const;
  // The range that loses least (in the mean squared sense) when values are stored in `levels` steps.
  Range least_error(int levels) const;

 private:
  static constexpr int kBins = 4096;
  double width() const { return 2.0 * bound_ / kBins; }
  double center(int bin) const { return -bound_ + (bin + 0.5) * width(); }
  double error(double low, double high, int levels) const;

  double bound_ = 0;
  double total_ = 0;
  Range seen_;
  std::vector<double> bins_;
};

}  // namespace litewright
