// The matrices of BATCH_MATMUL.
#pragma once

#include <vector>

#include "ops/op_def.h"

namespace litewright {

// Every product is of m x k and k x n. adj: the stored matrix is the transpose.
struct BatchProduct {
  int64_t m, n, k;
  bool adj_x, adj_y;
  std::vector<int64_t> x, y;  // per product, the index of its matrices
  int64_t x_count, y_count;   // matrices stored

  // Element (row, depth) of a left matrix and (depth, column) of a right one.
  int64_t x_row_stride() const { return adj_x ? 1 : k; }
  int64_t x_depth_stride() const { return adj_x ? m : 1; }
  int64_t y_depth_stride() const { return adj_y ? 1 : n; }
  int64_t y_column_stride() const { return adj_y ? k : 1; }
};

Kernel prepare_float_batch(PrepareContext& context, const BatchProduct& batch);
Kernel prepare_hybrid_batch(PrepareContext& context, const BatchProduct& batch, bool asymmetric);
Kernel prepare_int_batch(PrepareContext& context, const BatchProduct& batch);

}  // namespace litewright
