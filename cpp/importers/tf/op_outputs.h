// What TensorFlow's operators return: the names of their results, and the types where a node says them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/dtype.h"
#include "core/shape.h"

namespace litewright::proto {
class NodeDef;
class OpDef;
class OpList;
}  // namespace litewright::proto

namespace litewright::tf {

// One result of a node. Without a shape not even the number of its dimensions is known.
struct Result {
  DType dtype = DType::kFloat32;
  std::optional<Shape> shape = {};
};

class OpOutputs {
 public:
  OpOutputs() = default;
  // `definitions` (which must outlive this) come with a SavedModel.
  explicit OpOutputs(const proto::OpList& definitions);

  // Where the results of the output argument `name` begin. 0 if nothing is known of the operator.
  size_t position(const proto::NodeDef& node, const std::string& name) const;
  // All results of a node. Of an operator without a definition: as many as its "_output_shapes", else one,
  // with the type that its attributes name. Error (kUnsupported) if no type can be found.
  std::vector<Result> results(const proto::NodeDef& node) const;

 private:
  std::unordered_map<std::string, const proto::OpDef*> definitions_;
};

}  // namespace litewright::tf
