// Inputs and outputs of a graph chosen by the names of its nodes.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "importers/tf/signature.h"

namespace litewright::tf {

struct ArrayChoice {
  std::vector<std::string> inputs, outputs;  // nodes, or "node:1"
  std::map<std::string, Shape> shapes;       // of inputs; -1: not known
};

// Errors (kInvalidArgument): names that do not exist, shapes that are missing or contradict the graph's.
SignaturePlan plan_of_arrays(const proto::GraphDef& graph, const Variables& variables,
                             const ArrayChoice& choice);

// The type of a tensor of the graph, and its shape (nothing if the number of its dimensions is not known).
using TypeAndShape = std::pair<DType, std::optional<Shape>>;
TypeAndShape type_and_shape(const proto::GraphDef& graph, const Variables& variables,
                            const std::string& reference);
// The shape that is asked for (or nullptr), if it fits the one the graph states.
Shape chosen_shape(const std::string& name, const std::optional<Shape>& stated, const Shape* wanted);

}  // namespace litewright::tf
