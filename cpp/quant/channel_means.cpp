#include "quant/channel_means.h"

#include <algorithm>
#include <cmath>

namespace litewright {
namespace {

constexpr int kFractionBits = 64;
constexpr double kLargestSum = 1e18;  // what fits beside the fraction

}  // namespace

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
  if (sums_[id].empty()) return;
  const auto channels = static_cast<int64_t>(sums_[id].size());
  std::vector<double> sums(channels, 0);
  for (int64_t row = 0; row < count / channels; ++row) {
    for (int64_t c = 0; c < channels; ++c) sums[c] += values[row * channels + c];
  }
  for (int64_t c = 0; c < channels; ++c) {
    const double sum = std::isnan(sums[c]) ? 0 : std::clamp(sums[c], -kLargestSum, kLargestSum);
    sums_[id][c] += static_cast<Exact>(std::ldexp(sum, kFractionBits));
  }
  rows_[id] += count / channels;
}

void ChannelSums::save(StateWriter& writer) const {
  inner_->save(writer);
  writer.put(rows_);
  for (const std::vector<Exact>& sums : sums_) writer.put(sums);
}

void ChannelSums::merge(StateReader& reader) {
  inner_->merge(reader);
  const auto rows = reader.get<int64_t>(rows_.size());
  for (size_t i = 0; i < rows_.size(); ++i) {
    rows_[i] += rows[i];
    const auto sums = reader.get<Exact>(sums_[i].size());
    for (size_t c = 0; c < sums.size(); ++c) sums_[i][c] += sums[c];
  }
}

ChannelMeans ChannelSums::means() const {
  ChannelMeans means(sums_.size());
  for (size_t i = 0; i < sums_.size(); ++i) {
    if (rows_[i] == 0) continue;
    for (Exact sum : sums_[i]) {
      const double real = std::ldexp(static_cast<double>(sum), -kFractionBits);
      means[i].push_back(static_cast<float>(real / static_cast<double>(rows_[i])));
    }
  }
  return means;
}

}  // namespace litewright
