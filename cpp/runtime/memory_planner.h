// Places buffers with known lifetimes in one arena so that no two that live at the same time overlap.
#pragma once

#include <cstddef>
#include <vector>

namespace litewright {

struct PlannedBuffer {
  size_t bytes = 0;
  int first = 0, last = 0;  // the steps during which it lives, both included
  size_t offset = 0;        // the result; a multiple of 64
};

// Sets every offset and returns the arena's size. Greedy: 1. the largest buffer first; 2. each goes into the
// lowest gap between the already placed ones that live at the same time.
size_t plan_memory(std::vector<PlannedBuffer>& buffers);

}  // namespace litewright
