// Rectangular copies: every operator that only moves elements says where they go, and a CopyPlan does it
// quickly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/shape.h"
#include "core/thread_pool.h"

namespace litewright {

// One dimension of a walk, in elements: how often, and how far source and destination move each time. Source
// strides may be zero (a broadcast) or negative (a reversal).
struct CopyDim {
  int64_t extent, source, destination;
};

// What a walk copies: the element at `source_offset` + sum(index * source) goes to `destination_offset` +
// sum(index * destination). No two indexes may have one destination.
struct Walk {
  std::vector<CopyDim> dims;
  int64_t source_offset = 0, destination_offset = 0;
};

// Row-major strides in elements: [1, 28, 3] has {84, 3, 1}.
std::vector<int64_t> dense_strides(const Shape& shape);

// Writes `count` copies of one element.
void fill_elements(void* destination, int64_t count, const void* element, size_t element_bytes);

// A walk, simplified once: dimensions merged, the longest contiguous block found, the loop chosen.
class CopyPlan {
 public:
  CopyPlan() = default;
  CopyPlan(const Walk& walk, size_t element_bytes);
  // `pool` may be null. Source and destination do not overlap.
  void run(const void* source, void* destination, ThreadPool* pool) const;

 private:
  struct Loop {
    int64_t extent, source, destination;  // in bytes
  };
  void run_rows(const uint8_t* source, uint8_t* destination, int64_t begin, int64_t end) const;
  void run_tiles(const uint8_t* source, uint8_t* destination, int64_t begin, int64_t end) const;

  bool empty_ = true;
  bool transposes_ = false;
  int64_t rows_ = 1;         // the product of the outer loops
  int64_t block_ = 0;        // bytes copied at once
  std::vector<Loop> outer_;  // outermost first
  Loop inner_ = {1, 0, 0};   // repeats the block; when transposing, the loop with dense destinations
  Loop cross_ = {1, 0, 0};   // when transposing, the loop with dense sources
  int64_t source_offset_ = 0, destination_offset_ = 0;
};

}  // namespace litewright
