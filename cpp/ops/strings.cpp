#include "ops/strings.h"

#include <cstring>
#include <limits>

namespace litewright {
namespace {

int32_t read_int(const uint8_t* data) {
  int32_t value;
  std::memcpy(&value, data, sizeof value);
  return value;
}

}  // namespace

StringReader::StringReader(const uint8_t* data, size_t bytes) : data_(data) {
  if (data == nullptr || bytes == 0) return;
  valid_ = bytes >= 4;
  const int64_t count = valid_ ? read_int(data) : 0;
  const int64_t header = 4 * (count + 2);
  valid_ = valid_ && count >= 0 && (count == 0 || header <= static_cast<int64_t>(bytes));
  if (!valid_) return;
  int64_t previous = header;
  for (int64_t i = 0; count > 0 && i <= count; ++i) {
    const int64_t next = offset(i);
    if (next < previous || next > static_cast<int64_t>(bytes)) {
      valid_ = false;
      return;
    }
    previous = next;
  }
  count_ = count;
}

int64_t StringReader::offset(int64_t i) const { return read_int(data_ + 4 * (i + 1)); }

std::vector<uint8_t> pack_strings(std::span<const std::string_view> strings) {
  size_t bytes = 4 * (strings.size() + 2);
  for (std::string_view text : strings) bytes += text.size();
  if (bytes > std::numeric_limits<int32_t>::max())
    fail(ErrorCode::kRuntime, "a string tensor would need ", bytes, " bytes");
  std::vector<uint8_t> packed(bytes);
  const auto put = [&](size_t word, size_t value) {
    const int32_t number = static_cast<int32_t>(value);
    std::memcpy(packed.data() + 4 * word, &number, sizeof number);
  };
  put(0, strings.size());
  size_t end = 4 * (strings.size() + 2);
  put(1, end);
  for (size_t i = 0; i < strings.size(); ++i) {
    std::memcpy(packed.data() + end, strings[i].data(), strings[i].size());
    end += strings[i].size();
    put(i + 2, end);
  }
  return packed;
}

Status read_strings(const RunContext& c, int i, std::vector<std::string_view>& strings) {
  const StringReader reader(c.input(i));
  const int64_t expected = num_elements(c.input_shape(i));
  if (!reader.valid()) return Status::error("input ", i, " is not a well-formed string tensor");
  if (reader.count() != expected) {
    return Status::error("input ", i, " holds ", reader.count(), " strings for the shape ",
                         to_string(c.input_shape(i)));
  }
  strings.resize(static_cast<size_t>(expected));
  for (int64_t k = 0; k < expected; ++k) strings[k] = reader[k];
  return {};
}

Status write_strings(const RunContext& c, int i, const Shape& shape,
                     std::span<const std::string_view> strings) {
  const std::vector<uint8_t> packed = pack_strings(strings);
  uint8_t* memory = c.allocate_output(i, shape, static_cast<int64_t>(packed.size()));
  std::memcpy(memory, packed.data(), packed.size());
  return {};
}

}  // namespace litewright
