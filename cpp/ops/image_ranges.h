// The least and greatest value of every image of a tensor, found while its blocks are in the cache, so that
// who quantizes the images need not read them twice.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "kernels/row_ops/row_ops.h"
#include "ops/op_def.h"

namespace litewright {

struct ImageRange {
  float min = 0, max = 0;
};

class ImageRanges {
 public:
  // Of images of `image_rows` rows, as Block counts them.
  ImageRanges(int64_t images, int64_t image_rows, const RowOps& ops)
      : image_rows_(image_rows), ops_(&ops), images_(images) {}

  // Before the tensor's first block. Ranges hold 0, and what is not a number counts as in RowOps::min_max.
  void reset();
  // Blocks may come in any order and from any thread.
  void add(const Block& block);
  ImageRange image(int64_t i) const { return {images_[i].min, images_[i].max}; }

 private:
  struct Shared {
    std::atomic<float> min = 0, max = 0;
  };
  int64_t image_rows_;
  const RowOps* ops_;
  std::vector<Shared> images_;
};

}  // namespace litewright
