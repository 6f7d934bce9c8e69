#include "runtime/memory_planner.h"

#include <algorithm>
#include <numeric>

namespace litewright {
namespace {

constexpr size_t kAlignment = 64;

size_t align(size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

}  // namespace

size_t plan_memory(std::vector<PlannedBuffer>& buffers) {
  std::vector<size_t> by_size(buffers.size());
  std::iota(by_size.begin(), by_size.end(), 0);
  std::stable_sort(by_size.begin(), by_size.end(),
                   [&](size_t a, size_t b) { return buffers[a].bytes > buffers[b].bytes; });

  std::vector<const PlannedBuffer*> placed;  // by offset
  size_t total = 0;
  for (size_t index : by_size) {
    PlannedBuffer& buffer = buffers[index];
    const size_t bytes = align(std::max<size_t>(buffer.bytes, 1));
    size_t offset = 0;
    for (const PlannedBuffer* other : placed) {
      if (other->last < buffer.first || buffer.last < other->first) continue;
      if (offset + bytes <= other->offset) break;
      offset = std::max(offset, align(other->offset + std::max<size_t>(other->bytes, 1)));
    }
    buffer.offset = offset;
    total = std::max(total, offset + bytes);
    placed.insert(std::upper_bound(
                      placed.begin(), placed.end(), &buffer,
                      [](const PlannedBuffer* a, const PlannedBuffer* b) { return a->offset < b->offset; }),
                  &buffer);
  }
  return total;
}

}  // namespace litewright
