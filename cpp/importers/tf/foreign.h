// Operators without builtins: kept as custom operators, or as TensorFlow's own ("Flex").
#pragma once

#include "importers/tf/lowering.h"
#include "importers/tf/op_outputs.h"

namespace litewright::tf {

// What becomes of operators that no builtins can express.
struct ForeignOps {
  bool custom = false;  // CUSTOM with TensorFlow's name; options: a FlexBuffers map of the attributes
  bool flex = false;    // CUSTOM "Flex" + name, which TensorFlow's delegate runs; wins over `custom`
};

// A custom operator that TFLite's runtimes bring with them, its options the node's attributes.
Values custom_operator(Node& node, const std::vector<Result>& results);
bool may_stay_foreign(const ForeignOps& choice, const std::string& op);
// Writes the node as it is. Error (kUnsupported) if the types of its results cannot be found.
Values lower_foreign(Node& node);

}  // namespace litewright::tf
