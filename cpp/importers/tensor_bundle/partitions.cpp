#include "importers/tensor_bundle/partitions.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <functional>

#include "core/error.h"

namespace litewright {
namespace {

// LevelDB-style ordered codes: what is smaller sorts before.
void append_count(std::string& key, uint64_t value) {
  std::string digits;
  for (; value != 0; value >>= 8) digits.insert(digits.begin(), static_cast<char>(value & 0xff));
  key += static_cast<char>(digits.size());
  key += digits;
}

void append_text(std::string& key, const std::string& text) {
  for (const char c : text) {
    key += c;
    if (c == '\0') key += '\xff';
    if (c == '\xff') key += '\0';
  }
  key += '\0';
  key += '\1';
}

// The first `bytes` bits of the code are ones (its number of bytes), then a zero, then the number; all of it
// inverted where the number is negative.
void append_number(std::string& key, int64_t value) {
  const auto magnitude = static_cast<uint64_t>(value < 0 ? ~value : value);
  const int bytes = std::bit_width(magnitude) / 7 + 1;
  std::string code(static_cast<size_t>(bytes), value < 0 ? '\xff' : '\0');
  for (int i = 0; i < bytes && i < 8; ++i)
    code[static_cast<size_t>(bytes - 1 - i)] = static_cast<char>(value >> (8 * i));
  for (int bit = 0; bit < bytes; ++bit)
    code[static_cast<size_t>(bit / 8)] =
        static_cast<char>(code[static_cast<size_t>(bit / 8)] ^ (0x80 >> (bit % 8)));
  key += code;
}

// Calls visit(offset in the whole, offset in the part, elements) for every run of elements that lie together.
void for_each_run(const Shape& shape, const TensorSlice& slice,
                  const std::function<void(size_t, size_t, size_t)>& visit) {
  std::vector<size_t> strides(shape.size(), 1);
  for (size_t i = shape.size(); i-- > 1;) strides[i - 1] = strides[i] * static_cast<size_t>(shape[i]);
  const size_t run = slice.empty() ? 1 : static_cast<size_t>(slice.back().length);
  size_t part = 0;
  const std::function<void(size_t, size_t)> walk = [&](size_t axis, size_t offset) {
    if (axis + 1 >= slice.size()) {
      visit(offset + (slice.empty() ? 0 : static_cast<size_t>(slice.back().start)), part, run);
      part += run;
      return;
    }
    for (int64_t i = 0; i < slice[axis].length; ++i)
      walk(axis + 1, offset + static_cast<size_t>(slice[axis].start + i) * strides[axis]);
  };
  walk(0, 0);
}

}  // namespace

std::string slice_key(const std::string& name, const TensorSlice& slice) {
  std::string key;
  append_count(key, 0);
  append_text(key, name);
  append_count(key, slice.size());
  for (const SliceExtent& extent : slice) {
    append_number(key, extent.start);
    append_number(key, extent.length);
  }
  return key;
}

TensorSlice parse_slice(const std::string& shape_and_slice) {
  TensorSlice slice;
  if (shape_and_slice.empty()) return slice;
  std::string rest = shape_and_slice.substr(shape_and_slice.find_last_of(' ') + 1);
  const auto number = [&](const std::string& text) {
    int64_t value = -1;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc() || end != text.data() + text.size() || value < 0)
      fail(ErrorCode::kInvalidModel, "'", shape_and_slice, "' names no part of a variable");
    return value;
  };
  while (true) {
    const size_t end = rest.find(':');
    const std::string word = rest.substr(0, end);
    const size_t comma = word.find(',');
    slice.push_back(word == "-"
                        ? SliceExtent{}
                        : SliceExtent{number(word.substr(0, comma)),
                                      number(comma == std::string::npos ? "" : word.substr(comma + 1))});
    if (end == std::string::npos) return slice;
    rest = rest.substr(end + 1);
  }
}

TensorSlice within(const Shape& shape, const TensorSlice& slice) {
  const auto outside = [&] {
    fail(ErrorCode::kInvalidModel, "a part of it does not lie inside its shape ", to_string(shape));
  };
  if (slice.size() != shape.size()) outside();
  TensorSlice result = slice;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (result[i].length < 0) result[i] = {0, shape[i]};
    if (result[i].start < 0 || result[i].start > shape[i] || result[i].length > shape[i] - result[i].start)
      outside();
  }
  return result;
}

void copy_part(const Shape& shape, const TensorSlice& slice, size_t size, const uint8_t* whole,
               uint8_t* part) {
  for_each_run(shape, slice, [&](size_t from, size_t to, size_t count) {
    std::copy_n(whole + from * size, count * size, part + to * size);
  });
}

void place_part(const Shape& shape, const TensorSlice& slice, size_t size, const uint8_t* part,
                uint8_t* whole) {
  for_each_run(shape, slice, [&](size_t to, size_t from, size_t count) {
    std::copy_n(part + from * size, count * size, whole + to * size);
  });
}

}  // namespace litewright
