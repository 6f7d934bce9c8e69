// String tensors: int32 count N, N + 1 int32 offsets from the start of the tensor (the last is its size),
// then the bytes.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "ops/op_def.h"

namespace litewright {

// A look at a string tensor. Nothing outside the tensor is read, whatever it holds.
class StringReader {
 public:
  StringReader(const uint8_t* data, size_t bytes);
  explicit StringReader(const Slot& slot) : StringReader(slot.data, slot.bytes) {}
  // Whether the tensor is well formed; an empty one (no bytes at all) is, and holds no strings.
  bool valid() const { return valid_; }
  int64_t count() const { return count_; }
  std::string_view operator[](int64_t i) const {
    return {reinterpret_cast<const char*>(data_) + offset(i), static_cast<size_t>(offset(i + 1) - offset(i))};
  }

 private:
  int64_t offset(int64_t i) const;
  const uint8_t* data_;
  int64_t count_ = 0;
  bool valid_ = true;
};

std::vector<uint8_t> pack_strings(std::span<const std::string_view> strings);

// The strings of input `i`, which must be as many as its shape says; the views live as long as the input.
Status read_strings(const RunContext& c, int i, std::vector<std::string_view>& strings);
// Gives output `i` its memory, shape and content.
Status write_strings(const RunContext& c, int i, const Shape& shape,
                     std::span<const std::string_view> strings);

}  // namespace litewright
