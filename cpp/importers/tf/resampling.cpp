// Resampling of images that has no builtin: along each side a product with a constant matrix.
#include <algorithm>
#include <cfloat>
#include <cmath>
#include <functional>

#include "core/error.h"
#include "importers/tf/lowering.h"

namespace litewright::tf {
namespace {

// How one side is resampled: what each of `to` results takes of `from` elements, [to, from].
struct Side {
  int32_t from, to;
  float scale;
  std::vector<float> weights;

  Side(int32_t from_size, int32_t to_size, bool align_corners)
      : from(from_size),
        to(to_size),
        scale(align_corners && to > 1 ? static_cast<float>(from - 1) / static_cast<float>(to - 1)
                                      : static_cast<float>(from) / static_cast<float>(to)),
        weights(static_cast<size_t>(from) * static_cast<size_t>(to)) {}
  // Elements beyond the edge are those at the edge.
  void add(int32_t result, int64_t element, float weight) {
    const auto inside = static_cast<size_t>(std::clamp<int64_t>(element, 0, from - 1));
    weights[static_cast<size_t>(result) * static_cast<size_t>(from) + inside] += weight;
  }
};

// The cubic convolution kernel at a distance below 1, and below 2; `a` is its slope at 1.
float near_weight(float x, float a) { return ((a + 2) * x - (a + 3)) * x * x + 1; }
float far_weight(float x, float a) { return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a; }

// TensorFlow rounds distances to 1/1024, and with half_pixel_centers leaves out what lies beyond the edge.
void fill_bicubic(Side& side, bool half_pixel) {
  constexpr float kSteps = 1024;
  const float a = half_pixel ? -0.5f : -0.75f;
  for (int32_t i = 0; i < side.to; ++i) {
    const float at =
        half_pixel ? (static_cast<float>(i) + 0.5f) * side.scale - 0.5f : static_cast<float>(i) * side.scale;
    const float first = std::floor(at), distance = std::nearbyint((at - first) * kSteps) / kSteps;
    float weights[4] = {far_weight(1 + distance, a), near_weight(distance, a), near_weight(1 - distance, a),
                        far_weight(2 - distance, a)};
    float sum = 0;
    for (int k = 0; k < 4; ++k) {
      const float element = first - 1 + static_cast<float>(k);
      if (half_pixel && (element < 0 || element >= static_cast<float>(side.from))) weights[k] = 0;
      sum += weights[k];
    }
    const float divisor = half_pixel && std::abs(sum) >= 1000 * FLT_MIN ? sum : 1;
    for (int k = 0; k < 4; ++k) side.add(i, static_cast<int64_t>(first) - 1 + k, weights[k] / divisor);
  }
}

// The mean over what a result covers.
void fill_area(Side& side, bool) {
  for (int32_t i = 0; i < side.to; ++i) {
    const float begin = static_cast<float>(i) * side.scale, end = static_cast<float>(i + 1) * side.scale;
    for (auto k = static_cast<int64_t>(begin); static_cast<float>(k) < end; ++k) {
      const float covered = std::min(end, static_cast<float>(k + 1)) - std::max(begin, static_cast<float>(k));
      side.add(i, k, covered / side.scale);
    }
  }
}

template <void (*kFill)(Side&, bool)>
Values lower_resampling(Node& node) {
  TensorId x = node.cast(node.input(), DType::kFloat32);
  const Shape shape = node.shape(x);
  const std::vector<int64_t> size = node.known(1, "the size");
  if (shape.size() != 4 || size.size() != 2)
    node.damaged("it should resize [batch, height, width, channels]");
  if (shape[1] < 1 || shape[2] < 1 || shape[3] < 1)
    node.unsupported("the image's height, width and channels should be known");
  for (int i = 0; i < 2; ++i) {
    if (size[i] < 1 || size[i] * shape[i + 1] > 1 << 24) node.unsupported("an image of that size");
  }
  const bool align = node.flag("align_corners"), half_pixel = node.flag("half_pixel_centers");
  Side rows(shape[1], static_cast<int32_t>(size[0]), align),
      columns(shape[2], static_cast<int32_t>(size[1]), align);
  kFill(rows, half_pixel);
  kFill(columns, half_pixel);
  const auto product = [&](const Side& side, TensorId y) {
    return node.matmul(node.floats(side.weights, {1, side.to, side.from}), y);
  };
  x = product(rows, node.reshape(x, {-1, rows.from, columns.from * shape[3]}));
  x = product(columns, node.reshape(x, {-1, columns.from, shape[3]}));
  return {node.reshape(x, {shape[0], rows.to, columns.to, shape[3]})};
}

}  // namespace

Rows resampling_rows() {
  static const OpRow kRows[] = {
      {"ResizeBicubic", lower_resampling<fill_bicubic>},
      {"ResizeArea", lower_resampling<fill_area>},
  };
  return kRows;
}

}  // namespace litewright::tf
