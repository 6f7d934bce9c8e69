// A model ready to be interpreted: its graph, and what its interpreters share.
#pragma once

#include <memory>
#include <string>

#include "graph/graph.h"
#include "runtime/pack_cache.h"

namespace litewright {

class Model {
 public:
  // Takes a graph from the reader or an importer. Throws Error if an operator is unknown, all of them in one
  // message.
  explicit Model(Graph graph);
  static std::shared_ptr<Model> from_file(const std::string& path);
  static std::shared_ptr<Model> from_bytes(Bytes content);

  const Graph& graph() const { return graph_; }
  PackCache& pack_cache() const { return pack_cache_; }

 private:
  Graph graph_;
  mutable PackCache pack_cache_;
};

}  // namespace litewright
