// The importer's door: a SavedModel becomes a Graph.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "importers/tf/arrays.h"

namespace litewright::tf {

struct SavedModelOptions {
  std::vector<std::string> signature_keys;  // empty: all there are
  std::set<std::string> tags = {"serve"};
  ForeignOps foreign = {};
  ArrayChoice arrays = {};  // in place of the signatures' own
};

// Each signature becomes a subgraph. Errors: kIo; kInvalidArgument for keys and tags that do not exist (lists
// those that do); kInvalidModel; kUnsupported with one line for every node that cannot be converted.
Graph import_saved_model(const std::string& folder, const SavedModelOptions& options = {});
// Throws what import_saved_model() would for a folder, keys or tags that do not exist.
void check_saved_model(const std::string& folder, const SavedModelOptions& options = {});

}  // namespace litewright::tf
