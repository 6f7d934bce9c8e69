#include "runtime/aligned_buffer.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <set>
#include <thread>
#include <vector>

namespace litewright {
namespace {

constexpr size_t kMegabyte = size_t{1} << 20;

TEST(AlignedBuffers, TakeWhatOthersLeft) {
  std::vector<std::shared_ptr<uint8_t>> buffers;
  for (int i = 0; i < 64; ++i) buffers.push_back(allocate_aligned(kMegabyte));
  std::set<uint8_t*> left;
  for (size_t i = 0; i < buffers.size(); i += 2) {  // never a whole mapping
    left.insert(buffers[i].get());
    buffers[i].reset();
  }
  for (size_t i = 0; i < buffers.size(); i += 2) {
    buffers[i] = allocate_aligned(kMegabyte);
    EXPECT_EQ(left.erase(buffers[i].get()), 1u) << "buffer " << i;
  }
}

// Each buffer is filled with a value of its own, which must still be there when it is dropped.
void take_and_drop(uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<std::pair<AlignedBuffer, uint8_t>> held(8);
  for (int i = 0; i < 400; ++i) {
    auto& [buffer, value] = held[random() % held.size()];
    for (size_t k = 0; k < buffer.capacity(); k += 997) ASSERT_EQ(buffer.data()[k], value);
    buffer = AlignedBuffer(1 + random() % (random() % 2 == 0 ? 3 * kMegabyte : 100'000));
    ASSERT_EQ(reinterpret_cast<uintptr_t>(buffer.data()) % AlignedBuffer::kAlignment, 0u);
    value = static_cast<uint8_t>(random());
    std::memset(buffer.data(), value, buffer.capacity());
  }
}

TEST(AlignedBuffers, OfSeveralThreadsNeverOverlap) {
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::vector<std::thread> threads;
  for (uint32_t i = 0; i < 4; ++i) threads.emplace_back(take_and_drop, seed + i);
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace litewright
