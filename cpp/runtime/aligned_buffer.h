// Heap memory aligned to 64 bytes.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

namespace litewright {

class AlignedBuffer {
 public:
  static constexpr size_t kAlignment = 64;

  AlignedBuffer() = default;
  explicit AlignedBuffer(size_t bytes) { reserve(bytes); }

  uint8_t* data() const { return memory_.get(); }
  size_t capacity() const { return capacity_; }
  // Room for at least `bytes` (never none); the content is lost when the memory grows.
  void reserve(size_t bytes) {
    if (memory_ && bytes <= capacity_) return;
    capacity_ = (bytes / kAlignment + 1) * kAlignment;
    memory_.reset(static_cast<uint8_t*>(std::aligned_alloc(kAlignment, capacity_)));
    if (!memory_) throw std::bad_alloc();
  }
  void reset() {
    memory_.reset();
    capacity_ = 0;
  }

 private:
  struct Free {
    void operator()(uint8_t* memory) const { std::free(memory); }
  };
  std::unique_ptr<uint8_t, Free> memory_;
  size_t capacity_ = 0;
};

}  // namespace litewright
