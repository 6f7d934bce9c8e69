// Importing GraphDefs: frozen graphs from files, and the graphs of live functions.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "graph/graph.h"
#include "importers/tf/arrays.h"

namespace litewright::tf {

// A GraphDef in the binary form or as text, with constants in place of variables. Errors: kIo (no such file,
// no GraphDef), kInvalidArgument (names that do not exist, shapes that contradict the graph's, a graph that
// is not frozen), kInvalidModel, kUnsupported with a line for every node that cannot be converted.
Graph import_frozen_graph(const std::string& path, const ArrayChoice& arrays, const ForeignOps& foreign = {});
// Throws what import_frozen_graph() would for a file, names or shapes that are wrong.
void check_frozen_graph(const std::string& path, const ArrayChoice& arrays);

// A function with what it captures, each by the name of its placeholder.
struct LiveFunction {
  struct Port {
    std::string name;         // in the signature
    std::string reference;    // "node:0"
    std::string tensor_name;  // in the file
  };
  std::string key;  // of the signature
  Bytes graph;      // a serialized GraphDef
  Bytes operators;  // a serialized OpList; may be empty
  std::vector<Port> inputs, outputs;
  std::map<std::string, TensorBundle::Value> variables, constants;
  std::map<std::string, Table> tables;
};

Graph import_functions(const std::vector<LiveFunction>& functions, const ForeignOps& foreign);

}  // namespace litewright::tf
