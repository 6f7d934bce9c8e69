// The mean of every channel of every tensor, taken beside other statistics: what bias correction needs.
#pragma once

#include <memory>
#include <vector>

#include "quant/observer.h"
#include "quant/remedies.h"

namespace litewright {

// Hands values on to `inner` and sums them by channel (last dimension). Tensors whose last dimension is
// unknown are not summed.
class ChannelSums : public Statistics {
 public:
  ChannelSums(const Subgraph& subgraph, std::unique_ptr<Statistics> inner);
  void add(TensorId id, const float* values, int64_t count) override;
  Ranges ranges() const override { return inner_->ranges(); }
  void save(StateWriter& writer) const override;
  void merge(StateReader& reader) override;
  ChannelMeans means() const;

 private:
  std::unique_ptr<Statistics> inner_;
  // Multiples of 2^-64, so that sums do not depend on the order of their parts.
  using Exact = __int128;
  std::vector<std::vector<Exact>> sums_;  // by tensor and channel
  std::vector<int64_t> rows_;             // values summed per channel
};

}  // namespace litewright
