#include "importers/tf/signature.h"

#include <algorithm>
#include <set>
#include <utility>

#include "core/error.h"
#include "importers/proto/tensorflow.pb.h"
#include "importers/tf/walker.h"

namespace litewright::tf {

void import_signature(Graph& graph, const proto::GraphDef& def, const Variables& variables,
                      const SignaturePlan& plan, std::vector<std::string>& problems) {
  const auto index = static_cast<int>(graph.subgraphs.size());
  GraphBuilder builder(graph, index);
  Walker walker(def, variables, builder);
  Signature signature{.key = plan.key, .subgraph = index};
  for (const InputPort& port : plan.inputs) {
    const TensorId id = builder.input(port.tensor_name, port.dtype, port.shape);
    walker.give(port.reference, id);
    signature.inputs.emplace_back(port.name, id);
  }
  for (const std::string& node : plan.handles) {
    Value handle;
    handle.variable = node;
    walker.give(node, handle);
  }
  for (const auto& [node, value] : plan.constants)
    walker.give(node, builder.constant(value.dtype, value.shape, value.data, node));
  std::vector<Value> results;
  std::vector<std::string> wanted;
  for (const OutputPort& port : plan.outputs) wanted.push_back(port.reference);
  walker.want(wanted);
  for (const OutputPort& port : plan.outputs) {
    results.push_back(walker.value(port.reference));
    signature.outputs.emplace_back(port.name, results.back().id);
  }
  for (const std::string& problem : walker.problems()) {
    if (std::find(problems.begin(), problems.end(), problem) == problems.end()) problems.push_back(problem);
  }
  if (!problems.empty()) return;
  std::vector<TensorId> outputs;
  std::set<TensorId> named(builder.subgraph().inputs.begin(), builder.subgraph().inputs.end());
  for (size_t i = 0; i < results.size(); ++i) {
    const TensorId id = results[i].id;
    if (id == kNoTensor)
      fail(ErrorCode::kUnsupported, "the output '", plan.outputs[i].name, "' is a resource, not a tensor");
    outputs.push_back(id);
    if (named.insert(id).second) builder.tensor(id).name = plan.outputs[i].tensor_name;
  }
  builder.set_outputs(outputs);
  graph.signatures.push_back(std::move(signature));
}

void finish_signatures(Graph& graph, const Variables& variables, const std::vector<std::string>& problems) {
  report(problems);
  for (const Signature& signature : graph.signatures) {
    if (graph.signatures.size() > 1)
      graph.subgraphs[static_cast<size_t>(signature.subgraph)].name = signature.key;
  }
  add_table_initializers(graph, variables.tables());
}

Shape input_shape(const proto::TensorShape& shape, const std::string& name) {
  if (shape.unknown_rank())
    fail(ErrorCode::kUnsupported, "the input '", name,
         "' has no known number of dimensions; state its shape");
  Shape result;
  for (const auto& dim : shape.dim()) {
    if (dim.size() < -1 || dim.size() > INT32_MAX)
      fail(ErrorCode::kInvalidModel, "the input '", name, "' has a dimension of ", dim.size());
    result.push_back(static_cast<int32_t>(dim.size()));
  }
  return result;
}

}  // namespace litewright::tf
