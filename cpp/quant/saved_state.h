// Numbers in a row of bytes, for statistics that travel between processes of one kind of machine.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <vector>

#include "core/error.h"

namespace litewright {

class StateWriter {
 public:
  template <class T>
  void put(const std::vector<T>& values) {
    static_assert(std::is_trivially_copyable_v<T>);
    const uint64_t count = values.size();
    append(&count, sizeof(count));
    append(values.data(), count * sizeof(T));
  }
  std::vector<uint8_t> take() { return std::move(bytes_); }

 private:
  void append(const void* from, size_t size) {
    const auto* begin = static_cast<const uint8_t*>(from);
    bytes_.insert(bytes_.end(), begin, begin + size);
  }
  std::vector<uint8_t> bytes_;
};

// Error where the bytes end too early or hold another number of values than expected.
class StateReader {
 public:
  explicit StateReader(std::span<const uint8_t> bytes) : bytes_(bytes) {}

  template <class T>
  std::vector<T> get() {
    uint64_t count = 0;
    extract(&count, sizeof(count));
    if (count > bytes_.size() / sizeof(T)) damaged();
    std::vector<T> values(count);
    extract(values.data(), count * sizeof(T));
    return values;
  }
  template <class T>
  std::vector<T> get(size_t expected) {
    std::vector<T> values = get<T>();
    if (values.size() != expected) damaged();
    return values;
  }

 private:
  [[noreturn]] static void damaged() {
    fail(ErrorCode::kInvalidArgument,
         "these are no calibration statistics of this model and calibration method");
  }
  void extract(void* to, size_t size) {
    if (size > bytes_.size()) damaged();
    if (size > 0) std::memcpy(to, bytes_.data(), size);
    bytes_ = bytes_.subspan(size);
  }
  std::span<const uint8_t> bytes_;
};

}  // namespace litewright
