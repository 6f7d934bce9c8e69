#include "quant/channel_means.h"

namespace litewright {

ChannelSums::ChannelSums(const Subgraph& subgraph, std::unique_ptr<Statistics> inner)
    : inner_(std::move(inner)), sums_(subgraph.tensors.size()), rows_(subgraph.tensors.size(), 0) {
  for (size_t i = 0; i < sums_.size(); ++i) {
    const Shape& shape = subgraph.tensors[i].shape;
    if (!subgraph.tensors[i].is_constant && !shape.empty() && shape.back() > 0)
      sums_[i].assign(shape.back(), 0);
  }
}

void ChannelSums::add(TensorId id, const float* values, int64_t count) {
  inner_->add(id, values, count);
  std::vector<double>& sums = sums_[id];
  if (sums.empty()) return;
  const auto channels = static_cast<int64_t>(sums.size());
  for (int64_t row = 0; row < count / channels; ++row) {
    for (int64_t c = 0; c < channels; ++c) sums[c] += values[row * channels + c];
  }
  rows_[id] += count / channels;
}

ChannelMeans ChannelSums::means() const {
  ChannelMeans means(sums_.size());
  for (size_t i = 0; i < sums_.size(); ++i) {
    if (rows_[i] == 0) continue;
    for (double sum : sums_[i]) means[i].push_back(static_cast<float>(sum / static_cast<double>(rows_[i])));
  }
  return means;
}

}  // namespace litewright
