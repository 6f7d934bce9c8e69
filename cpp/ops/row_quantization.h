// Quantizes rows of float activations as they come, for products with int8 weights (dynamic range).
#pragma once

#include <cstdint>

#include "kernels/row_ops/row_ops.h"

namespace litewright {

// x = scale * (stored - zero)
struct RowScale {
  float scale;
  int32_t zero;
};

// Asymmetric: [min(0, x), max(0, x)] over [-128, 127], with a zero point. Symmetric: +-max|x| over +-127.
// A row of zeros gets scale 1.
RowScale quantize_row(const RowOps& ops, int64_t n, const float* x, bool asymmetric, int8_t* out);

}  // namespace litewright
