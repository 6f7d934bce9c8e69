#include "runtime/aligned_buffer.h"

#include <cstdlib>
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

// Buffers smaller than a huge page lie side by side in mappings that live as long as one of them does.
std::shared_ptr<uint8_t> from_shared_mapping(size_t bytes) {
  constexpr size_t kMapping = 4 * kHugePage;
  static std::mutex mutex;
  static std::weak_ptr<uint8_t> current;
  static size_t used = 0;
  std::lock_guard lock(mutex);
  std::shared_ptr<uint8_t> mapping = current.lock();
  if (!mapping || used + bytes > kMapping) {
    mapping = map(kMapping);
    if (!mapping) return nullptr;
    current = mapping;
    used = 0;
  }
  uint8_t* memory = mapping.get() + used;
  used += bytes;
  return {mapping, memory};
}

#endif

}  // namespace

size_t aligned_bytes_of_thread() { return allocated; }

std::shared_ptr<uint8_t> allocate_aligned(size_t bytes) {
  allocated += bytes;
#if defined(__linux__)
  if (bytes >= kSmall) {
    if (std::shared_ptr<uint8_t> memory = bytes < kHugePage ? from_shared_mapping(bytes) : map(bytes))
      return memory;
  }
#endif
  return from_allocator(bytes);
}

}  // namespace litewright
