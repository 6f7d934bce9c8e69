#include "core/shape.h"

#include <algorithm>

namespace litewright {

std::optional<int64_t> checked_elements(const Shape& shape) {
  int64_t count = 1;
  for (int32_t dim : shape) {
    if (dim < 0 || __builtin_mul_overflow(count, static_cast<int64_t>(dim), &count)) return std::nullopt;
  }
  return count;
}

int64_t num_elements(const Shape& shape) { return elements_between(shape, 0, shape.size()); }

int64_t elements_between(const Shape& shape, size_t begin, size_t end) {
  int64_t count = 1;
  for (size_t i = begin; i < end; ++i) count *= shape[i];
  return count;
}

bool is_static(const Shape& shape) {
  return std::none_of(shape.begin(), shape.end(), [](int32_t dim) { return dim < 0; });
}

std::string to_string(const Shape& shape) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + std::to_string(shape[i]);
  return text + "]";
}

std::optional<Shape> broadcast(const Shape& a, const Shape& b) {
  const Shape& longer = a.size() >= b.size() ? a : b;
  const Shape& shorter = a.size() >= b.size() ? b : a;
  Shape result = longer;
  const size_t offset = longer.size() - shorter.size();
  for (size_t i = 0; i < shorter.size(); ++i) {
    int32_t& dim = result[offset + i];
    if (dim == shorter[i] || shorter[i] == 1) continue;
    if (dim != 1) return std::nullopt;
    dim = shorter[i];
  }
  return result;
}

std::optional<int> normalize_axis(int64_t axis, int rank) {
  if (axis < -rank || axis >= rank) return std::nullopt;
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

}  // namespace litewright
