#include "runtime/model.h"

#include <set>
#include <utility>

#include "core/error.h"
#include "graph/validate.h"
#include "ops/op_def.h"
#include "tflite/reader.h"

namespace litewright {
namespace {

// Custom operators may be registered later, so only builtin ones are looked up here.
void check_operators(const Graph& graph) {
  std::set<std::string> missing;
  for (const Subgraph& subgraph : graph.subgraphs) {
    for (const Operator& op : subgraph.operators) {
      if (op.code == BuiltinOp::kCustom) continue;
      const OpDef* def = find_op(op.code);
      if (def != nullptr && op.version <= def->max_version) continue;
      missing.insert(
          concat("Didn't find op for builtin opcode '", op.display_name(), "' version '", op.version, "'. ",
                 def == nullptr ? "This build has no such operator."
                                : concat("An older version of this builtin might be supported (up to ",
                                         def->max_version, "); the model needs a newer runtime."),
                 "\n"));
    }
  }
  if (missing.empty()) return;
  std::string message;
  for (const std::string& line : missing) message += line;
  fail(ErrorCode::kInvalidModel, message, "Registration failed.");
}

}  // namespace

Model::Model(Graph graph) : graph_(std::move(graph)) {
  validate(graph_);
  check_operators(graph_);
}

std::shared_ptr<Model> Model::from_file(const std::string& path) {
  return std::make_shared<Model>(read_tflite_file(path));
}

std::shared_ptr<Model> Model::from_bytes(Bytes content) {
  return std::make_shared<Model>(read_tflite(std::move(content)));
}

}  // namespace litewright
