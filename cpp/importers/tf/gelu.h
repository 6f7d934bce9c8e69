// GELU, which TensorFlow graphs spell out as products.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "importers/tf/lowering.h"

namespace litewright::tf {

// The graph around a node.
struct NodeLookup {
  std::function<const proto::NodeDef*(const std::string& reference)> node;      // nullptr: an argument
  std::function<std::optional<double>(const std::string& reference)> constant;  // of one float element
};

struct Gelu {
  std::string x;  // a reference
  bool approximate = false;
};

// GELU as x * (1 + erf(x / sqrt 2)) / 2, with erfc, or with tanh, however the factors are ordered. `product`:
// the node that multiplies them last.
std::optional<Gelu> find_gelu(const proto::NodeDef& product, const NodeLookup& lookup);

}  // namespace litewright::tf
