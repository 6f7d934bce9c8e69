// Shapes and sizes, with overflow checked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace litewright {

// Extents, outermost first. In a Graph -1 is a dimension known only at run time; in a running subgraph all
// are >= 0.
using Shape = std::vector<int32_t>;

// The number of elements; nothing if a dimension is negative or the product does not fit.
std::optional<int64_t> checked_elements(const Shape& shape);
// The same, for shapes already checked.
int64_t num_elements(const Shape& shape);
// The product of the dimensions [begin, end).
int64_t elements_between(const Shape& shape, size_t begin, size_t end);
bool is_static(const Shape& shape);
std::string to_string(const Shape& shape);  // "[1, 28, 28]"

// NumPy's broadcasting of two shapes; nothing if they do not fit.
std::optional<Shape> broadcast(const Shape& a, const Shape& b);
// `axis` in [-rank, rank) as a non-negative one; nothing if outside.
std::optional<int> normalize_axis(int64_t axis, int rank);

}  // namespace litewright
