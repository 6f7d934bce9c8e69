#include "runtime/aligned_buffer.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iterator>
#include <map>
#include <mutex>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace litewright {
namespace {

thread_local size_t allocated = 0;

constexpr size_t kSmall = 32 * 1024;  // smaller memory comes from the allocator

std::shared_ptr<uint8_t> from_allocator(size_t bytes) {
  auto* memory = static_cast<uint8_t*>(std::aligned_alloc(AlignedBuffer::kAlignment, bytes));
  if (memory == nullptr) throw std::bad_alloc();
  return {memory, [](uint8_t* p) { std::free(p); }};
}

#if defined(__linux__)

constexpr size_t kHugePage = size_t{2} << 20;
constexpr size_t kPage = 4096;

// A mapping that begins on a huge page; nullptr if the system has no memory.
std::shared_ptr<uint8_t> map(size_t bytes) {
  bytes = (bytes + kPage - 1) / kPage * kPage;
  const size_t all = bytes + kHugePage;
  void* mapped = mmap(nullptr, all, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return nullptr;
  auto* begin = static_cast<uint8_t*>(mapped);
  const size_t before = (kHugePage - reinterpret_cast<uintptr_t>(begin) % kHugePage) % kHugePage;
  if (before > 0) munmap(begin, before);
  uint8_t* memory = begin + before;
  munmap(memory + bytes, all - before - bytes);
  madvise(memory, bytes, MADV_HUGEPAGE);
  return {memory, [bytes](uint8_t* p) { munmap(p, bytes); }};
}

// Buffers smaller than a huge page lie side by side in mappings. What one leaves free another takes: resizing
// interpreters would else keep mappings alive that are nearly empty.
class SharedMappings {
 public:
  // The only one; never destroyed, as buffers may outlive everything else.
  static SharedMappings& instance() {
    static auto* mappings = new SharedMappings;
    return *mappings;
  }

  // nullptr if the system has no memory.
  std::shared_ptr<uint8_t> take(size_t bytes) {
    const size_t pages = (bytes + kPage - 1) / kPage;
    std::lock_guard lock(mutex_);
    for (auto& [begin, mapping] : mappings_) {
      if (uint8_t* memory = take_pages(begin, mapping, pages)) return share(memory, pages);
    }
    std::shared_ptr<uint8_t> memory = map(kPages * kPage);
    if (!memory) return nullptr;
    uint8_t* begin = memory.get();
    Mapping& mapping = mappings_[begin];
    mapping.memory = std::move(memory);
    return share(take_pages(begin, mapping, pages), pages);
  }

 private:
  static constexpr size_t kPages = 4 * kHugePage / kPage;
  struct Mapping {
    std::shared_ptr<uint8_t> memory;
    std::array<bool, kPages> taken = {};
  };

  // nullptr where so many pages are not free in one piece.
  static uint8_t* take_pages(uint8_t* begin, Mapping& mapping, size_t pages) {
    auto& taken = mapping.taken;
    const auto first = std::search_n(taken.begin(), taken.end(), pages, false);
    if (first == taken.end()) return nullptr;
    std::fill_n(first, pages, true);
    return begin + (first - taken.begin()) * kPage;
  }

  std::shared_ptr<uint8_t> share(uint8_t* memory, size_t pages) {
    return {memory, [this, pages](uint8_t* p) { give_back(p, pages); }};
  }

  void give_back(uint8_t* memory, size_t pages) {
    std::lock_guard lock(mutex_);
    const auto owner = std::prev(mappings_.upper_bound(memory));
    auto& taken = owner->second.taken;
    std::fill_n(taken.begin() + (memory - owner->first) / kPage, pages, false);
    if (std::find(taken.begin(), taken.end(), true) == taken.end()) mappings_.erase(owner);
  }

  std::mutex mutex_;
  std::map<uint8_t*, Mapping> mappings_;  // by where they begin
};

#endif

}  // namespace

size_t aligned_bytes_of_thread() { return allocated; }

std::shared_ptr<uint8_t> allocate_aligned(size_t bytes) {
  allocated += bytes;
#if defined(__linux__)
  if (bytes >= kSmall) {
    if (std::shared_ptr<uint8_t> memory =
            bytes < kHugePage ? SharedMappings::instance().take(bytes) : map(bytes))
      return memory;
  }
#endif
  return from_allocator(bytes);
}

}  // namespace litewright
