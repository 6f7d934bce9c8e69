// What tools show of a model: its parts as dictionaries, where its tensors lie in memory.
#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <memory>
#include <string>
#include <vector>

#include "arrays.h"
#include "bytes.h"
#include "core/cpu.h"
#include "module.h"
#include "runtime/interpreter.h"
#include "unlocked.h"

namespace litewright::python {
namespace {

py::dict describe_tensor(const Tensor& tensor) {
  const Quantization& quantization = tensor.quantization;
  py::dict row;
  row["name"] = text(tensor.name);
  row["dtype"] = dtype_name(tensor.dtype);
  row["shape"] = tensor.has_rank ? py::object(py::cast(tensor.shape)) : py::none();
  row["variable"] = tensor.is_variable;
  row["constant_bytes"] = tensor.is_constant ? py::object(py::int_(tensor.data.size())) : py::none();
  row["scale"] = quantization.scale;
  row["zero_point"] = quantization.zero_point;
  row["axis"] = quantization.axis;
  return row;
}

py::dict describe_options(const Options& options) {
  py::dict result;
  if (!options.has_value()) return result;
  for (const OptionField& field : options.schema()->fields) {
    const OptionValue value = get_field(options, field);
    const py::str name(field.name.data(), field.name.size());
    if (field.enum_count > 0 && std::holds_alternative<int64_t>(value)) {
      result[name] = to_string(field, value);
    } else if (const auto* string = std::get_if<std::string>(&value)) {
      result[name] = text(*string);
    } else {
      result[name] = value;
    }
  }
  return result;
}

py::dict describe_operator(const Operator& op) {
  py::dict row;
  row["name"] = text(op.display_name());
  row["version"] = op.version;
  row["layer"] = text(op.layer);
  row["inputs"] = op.inputs;
  row["outputs"] = op.outputs;
  row["options"] = describe_options(op.options);
  return row;
}

py::dict describe_subgraph(const Subgraph& subgraph) {
  py::list tensors, operators;
  for (const Tensor& tensor : subgraph.tensors) tensors.append(describe_tensor(tensor));
  for (const Operator& op : subgraph.operators) operators.append(describe_operator(op));
  py::dict row;
  row["name"] = text(subgraph.name);
  row["inputs"] = subgraph.inputs;
  row["outputs"] = subgraph.outputs;
  row["tensors"] = tensors;
  row["operators"] = operators;
  return row;
}

py::dict describe_names(const std::vector<std::pair<std::string, TensorId>>& names) {
  py::dict result;
  for (const auto& [name, id] : names) result[text(name)] = id;
  return result;
}

py::dict describe(const Graph& graph) {
  py::list subgraphs, signatures, metadata;
  for (const Subgraph& subgraph : graph.subgraphs) subgraphs.append(describe_subgraph(subgraph));
  for (const Signature& signature : graph.signatures) {
    py::dict row;
    row["key"] = text(signature.key);
    row["subgraph"] = signature.subgraph;
    row["inputs"] = describe_names(signature.inputs);
    row["outputs"] = describe_names(signature.outputs);
    signatures.append(row);
  }
  for (const Metadata& entry : graph.metadata) {
    py::dict row;
    row["name"] = text(entry.name);
    row["bytes"] = entry.data.size();
    metadata.append(row);
  }
  py::dict result;
  result["description"] = text(graph.description);
  result["subgraphs"] = subgraphs;
  result["signatures"] = signatures;
  result["metadata"] = metadata;
  return result;
}

// The main subgraph's arena: its size and the tensors in it; a tensor of -1 is an operator's scratch memory.
py::dict memory_plan(const std::shared_ptr<Model>& model) {
  Interpreter interpreter(model);
  {
    const Unlocked unlocked;
    interpreter.allocate();
  }
  const SubgraphExecutor& executor = interpreter.executor();
  py::list buffers;
  for (const Placement& placement : executor.placements()) {
    py::dict row;
    row["tensor"] = placement.tensor;
    row["bytes"] = placement.buffer.bytes;
    row["offset"] = placement.buffer.offset;
    row["first"] = placement.buffer.first;
    row["last"] = placement.buffer.last;
    buffers.append(row);
  }
  std::vector<Shape> shapes;
  for (size_t id = 0; id < executor.subgraph().tensors.size(); ++id) {
    const Slot& slot = executor.slot(static_cast<TensorId>(id));
    shapes.push_back(slot.shape_known ? slot.shape : slot.tensor->shape);
  }
  py::dict result;
  result["arena_bytes"] = executor.arena_bytes();
  result["buffers"] = buffers;
  result["shapes"] = shapes;
  return result;
}

}  // namespace

void bind_inspect(py::module_& module) {
  module.def("describe", &describe, py::arg("graph"));
  module.def("memory_plan", &memory_plan, py::arg("model"));
  module.def("detected_isa", [] { return isa_name(detect_isa()); });
  module.def("current_isa", [] { return isa_name(current_isa()); });
}

}  // namespace litewright::python
