// One signature of a TensorFlow graph as a subgraph.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "importers/tf/variables.h"

namespace litewright::proto {
class GraphDef;
class TensorInfo;
class TensorShape;
}  // namespace litewright::proto

namespace litewright::tf {

struct InputPort {
  std::string name;       // in the signature
  std::string reference;  // "node:0" in the graph
  DType dtype = DType::kFloat32;
  Shape shape = {};
  std::string tensor_name = {};  // in the file
};
struct OutputPort {
  std::string name;
  std::string reference;
  std::string tensor_name = {};  // in the file
};
struct SignaturePlan {
  std::string key;
  std::vector<InputPort> inputs;
  std::vector<OutputPort> outputs;
  // Placeholders that are no inputs: handles of variables and tables (which Variables knows by these names),
  // and values.
  std::vector<std::string> handles = {};
  std::map<std::string, TensorBundle::Value> constants = {};
};

// Adds the next subgraph, and the signature. Nodes that cannot be converted are added to `problems`; the
// graph is of no use then.
void import_signature(Graph& graph, const proto::GraphDef& def, const Variables& variables,
                      const SignaturePlan& plan, std::vector<std::string>& problems);
// One Error (kUnsupported) for all problems. Names the subgraphs of several signatures after them, and fills
// the hash tables they use.
void finish_signatures(Graph& graph, const Variables& variables, const std::vector<std::string>& problems);

// An input's shape: -1 for dimensions not known. Error if not even the number of dimensions is.
Shape input_shape(const proto::TensorShape& shape, const std::string& name);

}  // namespace litewright::tf
