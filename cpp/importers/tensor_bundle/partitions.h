// Variables that a checkpoint stores in parts, and parts of variables.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/shape.h"

namespace litewright {

struct SliceExtent {
  int64_t start = 0, length = -1;  // -1: all of the dimension
};
using TensorSlice = std::vector<SliceExtent>;  // one for each dimension

// The key under which the part `slice` of the tensor `name` is stored.
std::string slice_key(const std::string& name, const TensorSlice& slice);
// The last word of what an operator says it restores, "6 4 0,2:-": the part [0:2, :] of a 6 x 4 tensor. Empty
// for an empty text, which stands for the whole. Error if it is damaged.
TensorSlice parse_slice(const std::string& shape_and_slice);
// `slice` of a tensor of this shape, its lengths filled in. Error if it does not lie inside.
TensorSlice within(const Shape& shape, const TensorSlice& slice);
// Copies between a whole tensor and its part, elements of `size` bytes. The slice lies inside the shape.
void copy_part(const Shape& shape, const TensorSlice& slice, size_t size, const uint8_t* whole,
               uint8_t* part);
void place_part(const Shape& shape, const TensorSlice& slice, size_t size, const uint8_t* part,
                uint8_t* whole);

}  // namespace litewright
