// The hash tables of a graph: what they hold, and how the model fills them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "graph/builder.h"
#include "importers/tensor_bundle/tensor_bundle.h"

namespace litewright::proto {
class MetaGraphDef;
class GraphDef;
class NodeDef;
}  // namespace litewright::proto

namespace litewright::tf {

// As many keys as values. Strings are serialized as string tensors are.
struct Table {
  TensorBundle::Value keys, values;
};

class Tables {
 public:
  Tables() = default;
  // Those that the SavedModel in `folder` fills when it is loaded: from constants, or from files among its
  // assets. The graph must outlive this.
  Tables(const proto::MetaGraphDef& graph, const std::string& folder);

  void give(const std::string& node, Table table) { given_[node] = std::move(table); }
  // The content of the table of this node. Error (kUnsupported) if it is not known.
  const Table& read(const std::string& node) const;

  // The number of the node's table in the model, and the node with that number.
  int32_t id(const std::string& node) const;
  const std::string& node(int32_t id) const;

 private:
  // How a table is filled: keys and values, or the lines of a file.
  struct Source {
    const proto::NodeDef *table = nullptr, *node = nullptr;
    const proto::NodeDef *keys = nullptr, *values = nullptr;
    std::string file;
  };
  friend class TableFinder;
  std::map<std::string, Source> sources_;
  mutable std::map<std::string, Table> given_;  // and what has been read
  mutable std::map<std::string, int32_t> ids_;
  mutable std::map<int32_t, std::string> nodes_;
};

// Gives every model that uses tables a subgraph that fills them, called once before its other operators.
void add_table_initializers(Graph& graph, const Tables& tables);

}  // namespace litewright::tf
