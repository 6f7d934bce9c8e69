// A read-only block of bytes that shares ownership of the memory it lies in.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace litewright {

class Bytes {
 public:
  Bytes() = default;
  // A view of memory that `owner` keeps alive (a mapped file, a Python object ...).
  Bytes(std::shared_ptr<const void> owner, const uint8_t* data, size_t size)
      : owner_(std::move(owner)), data_(data), size_(size) {}

  static Bytes own(std::vector<uint8_t> bytes) {
    auto owner = std::make_shared<const std::vector<uint8_t>>(std::move(bytes));
    return Bytes(owner, owner->data(), owner->size());
  }
  static Bytes copy(const void* data, size_t size) {
    const auto* first = static_cast<const uint8_t*>(data);
    return own(std::vector<uint8_t>(first, first + size));
  }
  template <class T>
  static Bytes copy(const std::vector<T>& values) {
    return copy(values.data(), values.size() * sizeof(T));
  }
  Bytes slice(size_t offset, size_t size) const { return Bytes(owner_, data_ + offset, size); }

  const uint8_t* data() const { return data_; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // The bytes as elements; the memory must be aligned for T.
  template <class T>
  std::span<const T> as() const {
    return {reinterpret_cast<const T*>(data_), size_ / sizeof(T)};
  }
  bool operator==(const Bytes& other) const {
    return size_ == other.size_ && (size_ == 0 || std::memcmp(data_, other.data_, size_) == 0);
  }

 private:
  std::shared_ptr<const void> owner_;
  const uint8_t* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace litewright
