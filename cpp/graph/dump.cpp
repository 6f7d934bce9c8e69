#include "graph/dump.h"

#include <sstream>

namespace litewright {
namespace {

void print_tensor(std::ostringstream& out, const Subgraph& subgraph, TensorId id) {
  if (id == kNoTensor) {
    out << "    -\n";
    return;
  }
  const Tensor& tensor = subgraph.tensors[id];
  out << "    " << id << " '" << tensor.name << "' " << dtype_name(tensor.dtype)
      << (tensor.has_rank ? to_string(tensor.shape) : "[?]");
  const Quantization& q = tensor.quantization;
  if (q.per_channel()) {
    out << " quantized per channel along " << q.axis;
  } else if (q.quantized()) {
    out << " quantized " << q.scale[0] << " * (q - " << q.zero() << ")";
  }
  if (tensor.is_constant) out << " constant, " << tensor.data.size() << " bytes";
  if (tensor.is_variable) out << " variable";
  out << "\n";
}

void print_ids(std::ostringstream& out, const std::vector<TensorId>& ids) {
  for (size_t i = 0; i < ids.size(); ++i) out << (i ? ", " : "") << ids[i];
}

}  // namespace

std::string dump(const Graph& graph) {
  std::ostringstream out;
  for (size_t s = 0; s < graph.subgraphs.size(); ++s) {
    const Subgraph& subgraph = graph.subgraphs[s];
    size_t constants = 0;
    for (const Tensor& tensor : subgraph.tensors) constants += tensor.is_constant ? tensor.data.size() : 0;
    out << "subgraph " << s << " '" << subgraph.name << "': " << subgraph.operators.size() << " operators, "
        << subgraph.tensors.size() << " tensors, " << constants << " bytes of constants\n  inputs\n";
    for (TensorId id : subgraph.inputs) print_tensor(out, subgraph, id);
    out << "  operators\n";
    for (size_t i = 0; i < subgraph.operators.size(); ++i) {
      const Operator& op = subgraph.operators[i];
      out << "    " << i << " " << op.display_name() << " v" << op.version << " (";
      print_ids(out, op.inputs);
      out << ") -> (";
      print_ids(out, op.outputs);
      out << ")" << (op.options.has_value() ? " " + to_string(op.options) : "") << "\n";
    }
    out << "  tensors\n";
    for (size_t id = 0; id < subgraph.tensors.size(); ++id)
      print_tensor(out, subgraph, static_cast<TensorId>(id));
    out << "  outputs\n";
    for (TensorId id : subgraph.outputs) print_tensor(out, subgraph, id);
  }
  for (const Signature& signature : graph.signatures) {
    out << "signature '" << signature.key << "' of subgraph " << signature.subgraph << "\n";
    for (const auto& [name, id] : signature.inputs)
      out << "  input  '" << name << "' = tensor " << id << "\n";
    for (const auto& [name, id] : signature.outputs)
      out << "  output '" << name << "' = tensor " << id << "\n";
  }
  return out.str();
}

}  // namespace litewright
