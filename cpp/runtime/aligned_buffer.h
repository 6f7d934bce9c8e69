// Memory aligned to 64 bytes; on huge pages where the system has them, as weights and activations are read in
// full at every run.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

namespace litewright {

// Memory for `bytes`; the returned pointer frees it. Error: std::bad_alloc.
std::shared_ptr<uint8_t> allocate_aligned(size_t bytes);
// All that the calling thread ever allocated: the difference of two calls is what happened between them.
size_t aligned_bytes_of_thread();

class AlignedBuffer {
 public:
  static constexpr size_t kAlignment = 64;

  AlignedBuffer() = default;
  explicit AlignedBuffer(size_t bytes) { reserve(bytes); }
  AlignedBuffer(AlignedBuffer&& other) noexcept { *this = std::move(other); }
  AlignedBuffer& operator=(AlignedBuffer&& other) noexcept {
    memory_ = std::move(other.memory_);
    capacity_ = std::exchange(other.capacity_, 0);
    return *this;
  }

  uint8_t* data() const { return memory_.get(); }
  size_t capacity() const { return capacity_; }
  // Room for at least `bytes` (never none); the content is lost when the memory grows.
  void reserve(size_t bytes) {
    if (memory_ && bytes <= capacity_) return;
    reset();
    const size_t capacity = (bytes / kAlignment + 1) * kAlignment;
    memory_ = allocate_aligned(capacity);
    capacity_ = capacity;
  }
  void reset() {
    memory_.reset();
    capacity_ = 0;
  }

 private:
  std::shared_ptr<uint8_t> memory_;
  size_t capacity_ = 0;
};

}  // namespace litewright
