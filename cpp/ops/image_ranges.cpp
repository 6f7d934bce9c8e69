#include "ops/image_ranges.h"

#include <algorithm>

namespace litewright {
namespace {

// Sets `to` to `value` if that is `better(value, to)`.
template <class Better>
void improve(std::atomic<float>& to, float value, const Better& better) {
  float old = to.load(std::memory_order_relaxed);
  while (better(value, old) && !to.compare_exchange_weak(old, value, std::memory_order_relaxed)) {
  }
}

}  // namespace

void ImageRanges::reset() {
  for (Shared& image : images_) image.min = image.max = 0;
}

void ImageRanges::add(const Block& block) {
  const float* x = reinterpret_cast<const float*>(block.data);
  for (int64_t row = block.first_row, end = row + block.rows; row < end;) {
    const int64_t image = row / image_rows_, count = std::min(end, (image + 1) * image_rows_) - row;
    const bool whole = block.stride == block.columns;
    ImageRange range;
    for (int64_t i = 0; i < (whole ? 1 : count); ++i) {
      ops_->min_max(whole ? count * block.columns : block.columns, x + i * block.stride, &range.min,
                    &range.max);
    }
    improve(images_[image].min, range.min, std::less());
    improve(images_[image].max, range.max, std::greater());
    row += count, x += count * block.stride;
  }
}

}  // namespace litewright
