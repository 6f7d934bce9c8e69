// Which variable of a graph holds which tensor of its checkpoint.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "importers/tensor_bundle/tensor_bundle.h"

namespace litewright::proto {
class MetaGraphDef;
}

namespace litewright::tf {

class Variables {
 public:
  // `prefix`: of the checkpoint, without ".index". The graph must outlive it.
  Variables(const proto::MetaGraphDef& graph, std::string prefix);

  // The value of the variable of this node. Error if the checkpoint has none.
  TensorBundle::Value read(const std::string& node) const;

 private:
  std::string prefix_;
  std::map<std::string, std::string> keys_;     // node -> entry of the checkpoint
  std::map<std::string, std::string> aliases_;  // node -> the node it is initialized from
  std::map<std::string, std::string> copies_;   // node -> a node that is initialized from it
  mutable std::unique_ptr<TensorBundle> bundle_;
};

}  // namespace litewright::tf
