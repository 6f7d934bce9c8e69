// What a graph refers to beside its own nodes: the values of its variables, the content of its hash tables,
// the definitions of its operators.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "importers/tensor_bundle/tensor_bundle.h"
#include "importers/tf/foreign.h"
#include "importers/tf/op_outputs.h"
#include "importers/tf/tables.h"

namespace litewright::proto {
class MetaGraphDef;
}

namespace litewright::tf {

class Variables {
 public:
  // Of a graph that has none, or gets them from give().
  Variables() = default;
  // Of the SavedModel in `folder`. The graph must outlive it.
  Variables(const proto::MetaGraphDef& graph, const std::string& folder);

  void give(const std::string& node, TensorBundle::Value value) { given_[node] = std::move(value); }
  // The value of the variable of this node. Error if there is none.
  TensorBundle::Value read(const std::string& node) const;

  Tables& tables() { return tables_; }
  const Tables& tables() const { return tables_; }
  const OpOutputs& outputs() const { return outputs_; }
  void set_outputs(OpOutputs outputs) { outputs_ = std::move(outputs); }
  const ForeignOps& foreign() const { return foreign_; }
  void set_foreign(ForeignOps foreign) { foreign_ = foreign; }

 private:
  std::string prefix_;
  std::map<std::string, std::string> keys_;     // node -> entry of the checkpoint
  std::map<std::string, std::string> parts_;    // node -> the part of that entry that it is
  std::map<std::string, std::string> aliases_;  // node -> the node it is initialized from
  std::map<std::string, std::string> copies_;   // node -> a node that is initialized from it
  std::map<std::string, TensorBundle::Value> given_;
  mutable std::unique_ptr<TensorBundle> bundle_;
  Tables tables_;
  OpOutputs outputs_;
  ForeignOps foreign_;
};

}  // namespace litewright::tf
