#include "runtime/memory_planner.h"

#include <gtest/gtest.h>

#include <random>

namespace litewright {
namespace {

TEST(MemoryPlanner, BuffersThatLiveTogetherNeverOverlap) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 50; ++round) {
    std::vector<PlannedBuffer> buffers(1 + random() % 60);
    for (PlannedBuffer& b : buffers) {
      b.bytes = random() % 5000;
      b.first = static_cast<int>(random() % 20);
      b.last = b.first + static_cast<int>(random() % 10);
    }
    const size_t total = plan_memory(buffers);
    for (size_t i = 0; i < buffers.size(); ++i) {
      EXPECT_EQ(buffers[i].offset % 64, 0u);
      EXPECT_LE(buffers[i].offset + buffers[i].bytes, total);
      for (size_t j = 0; j < i; ++j) {
        const PlannedBuffer &a = buffers[i], &b = buffers[j];
        if (a.last < b.first || b.last < a.first) continue;
        EXPECT_TRUE(a.offset + a.bytes <= b.offset || b.offset + b.bytes <= a.offset) << i << " and " << j;
      }
    }
  }
}

TEST(MemoryPlanner, ReusesMemoryOfWhatIsDone) {
  std::vector<PlannedBuffer> chain = {{1000, 0, 1}, {1000, 1, 2}, {1000, 2, 3}, {1000, 3, 4}};
  EXPECT_EQ(plan_memory(chain), 2048u);
}

}  // namespace
}  // namespace litewright
