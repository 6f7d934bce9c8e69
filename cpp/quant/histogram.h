// How often a tensor took which values, without knowing its range beforehand.
#pragma once

#include <cstdint>
#include <vector>

#include "quant/observer.h"

namespace litewright {

// Equal bins over [-bound, bound), where the bound is the least power of two above all values: bins of one
// histogram are unions of bins of another, so the counts do not depend on the order of the values, nor on
// whether parts of them were counted apart and merged.
class Histogram {
 public:
  void add(const float* values, int64_t count);
  void save(StateWriter& writer) const;
  void merge(StateReader& reader);
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
  void widen(double bound);

  double bound_ = 0;  // 0: nothing but zeros so far, all in the middle
  double total_ = 0;
  Range seen_;
  std::vector<double> bins_;
};

}  // namespace litewright
