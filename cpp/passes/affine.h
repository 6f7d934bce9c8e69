// A tensor as a sum of constant matrices times other tensors, and a constant vector.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "passes/rewrite.h"

namespace litewright {

struct Affine {
  struct Matrix {
    int64_t columns = 0;
    std::vector<float> values;  // [rows, columns]
  };
  int64_t rows = 0;
  std::map<TensorId, Matrix> terms;  // by the [batch, columns] tensor that is multiplied
  std::vector<float> bias;           // [rows]
};

// How the [batch, rows] tensor `id` depends on others through FULLY_CONNECTED, ADD, and parts of their
// results; nothing where it does otherwise.
std::optional<Affine> affine_form(const Subgraph& subgraph, const Uses& uses, TensorId id);

}  // namespace litewright
