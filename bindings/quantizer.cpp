// Graphs as Python holds them, calibration and quantization.
#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <memory>
#include <set>
#include <string>

#include "arrays.h"
#include "bytes.h"
#include "graph/dump.h"
#include "graph/validate.h"
#include "module.h"
#include "passes/passes.h"
#include "quant/quantize.h"
#include "quant/remedies.h"
#include "quant/trained.h"
#include "quant/twins.h"
#include "tflite/reader.h"
#include "tflite/writer.h"
#include "unlocked.h"

namespace litewright::python {
namespace {

using GraphHandle = std::shared_ptr<Graph>;

GraphHandle read_graph(const std::string& content) {
  auto graph = std::make_shared<Graph>(read_tflite(Bytes::copy(content.data(), content.size())));
  validate(*graph);
  return graph;
}

// `consume`: the graph is empty afterwards; its constants are let go of as they are written.
py::bytes write_graph(Graph& graph, bool consume) {
  std::vector<Bytes> pieces = write_tflite_pieces(graph);
  if (consume) graph = Graph();
  size_t size = 0;
  for (const Bytes& piece : pieces) size += piece.size();
  auto content =
      py::reinterpret_steal<py::bytes>(PyBytes_FromStringAndSize(nullptr, static_cast<py::ssize_t>(size)));
  if (!content) throw py::error_already_set();
  auto* to = reinterpret_cast<uint8_t*>(PyBytes_AS_STRING(content.ptr()));
  const Unlocked unlocked;
  join_pieces(std::move(pieces), to);
  return content;
}

py::list describe_tensors(const Graph& graph, const std::vector<TensorId>& ids, bool inputs) {
  py::list result;
  for (TensorId id : ids) {
    const Tensor& tensor = graph.main().tensors[id];
    py::dict row;
    row["index"] = id;
    row["tensor"] = tensor.name;
    row["name"] = tensor.name;
    for (const Signature& signature : graph.signatures) {
      if (signature.subgraph != 0) continue;
      for (const auto& [name, tensor_id] : inputs ? signature.inputs : signature.outputs) {
        if (tensor_id == id) row["name"] = name;
      }
    }
    row["shape"] = py::tuple(py::cast(tensor.shape));
    row["dtype"] = numpy_dtype(tensor.dtype);
    result.append(row);
  }
  return result;
}

py::list describe_operators(const Graph& graph) {
  py::list result;
  const Subgraph& main = graph.main();
  for (const Operator& op : main.operators) {
    py::dict row;
    row["name"] = op.display_name();
    row["layer"] = op.layer;
    row["inputs"] = op.inputs;
    row["outputs"] = op.outputs;
    std::vector<std::string> names;
    for (TensorId id : op.outputs) names.push_back(id == kNoTensor ? "" : main.tensors[id].name);
    row["output_names"] = names;
    result.append(row);
  }
  return result;
}

QuantMode parse_mode(const std::string& mode) {
  if (mode == "dynamic") return QuantMode::kDynamicRange;
  if (mode == "float16") return QuantMode::kFloat16;
  if (mode == "int8") return QuantMode::kInt8;
  if (mode == "int16x8") return QuantMode::kInt16x8;
  if (mode == "int4") return QuantMode::kInt4Weights;
  fail(ErrorCode::kInvalidArgument, "unknown quantization mode '", mode,
       "'; it should be one of dynamic, float16, int8, int16x8, int4");
}

DType parse_dtype(const std::string& name) {
  for (DType type : {DType::kFloat32, DType::kInt8, DType::kUInt8, DType::kInt16}) {
    if (name == dtype_name(type)) return type;
  }
  fail(ErrorCode::kInvalidArgument, "'", name,
       "' is no type for inputs and outputs; use float32, int8, uint8 or int16");
}

// Chooses the operators with these numbers.
std::function<bool(const Operator&, const Subgraph&)> chooser(const std::set<int>& operators) {
  if (operators.empty()) return nullptr;
  return [operators](const Operator& op, const Subgraph& subgraph) {
    return operators.count(static_cast<int>(&op - subgraph.operators.data())) > 0;
  };
}

// `ranges`: None, or a float array [tensors, 2]; NaN where there is none.
GraphHandle quantize_graph(const Graph& graph, const std::string& mode, const py::object& ranges,
                           bool allow_float, const std::string& input_type, const std::string& output_type,
                           bool per_channel, bool per_channel_dense, const std::set<int>& keep_float,
                           const std::string& bias16_type, const std::set<int>& keep_int16, bool trained) {
  QuantizerOptions options;
  options.mode = parse_mode(mode);
  options.allow_float = allow_float;
  options.input_type = parse_dtype(input_type);
  options.output_type = parse_dtype(output_type);
  options.per_channel = per_channel;
  options.per_channel_dense = per_channel_dense;
  options.keep_float = chooser(keep_float);
  options.keep_int16 = chooser(keep_int16);
  options.trained = trained;
  if (bias16_type != "int64" && bias16_type != "int32")
    fail(ErrorCode::kInvalidArgument, "biases are int64 or int32, not ", bias16_type);
  if (bias16_type == "int32") options.bias16_type = DType::kInt32;
  Ranges values;
  if (!ranges.is_none()) {
    const auto array = py::array_t<float, py::array::c_style | py::array::forcecast>::ensure(ranges);
    // Tensors added since calibration have no range.
    if (!array || array.ndim() != 2 || array.shape(1) != 2 ||
        array.shape(0) > static_cast<py::ssize_t>(graph.main().tensors.size())) {
      fail(ErrorCode::kInvalidArgument, "ranges should be an array [", graph.main().tensors.size(), ", 2]");
    }
    values.resize(array.shape(0));
    for (py::ssize_t i = 0; i < array.shape(0); ++i) {
      if (array.at(i, 0) <= array.at(i, 1)) values[i] = {array.at(i, 0), array.at(i, 1)};
    }
  }
  const Unlocked unlocked;
  return std::make_shared<Graph>(quantize(graph, options, ranges.is_none() ? nullptr : &values));
}

Range range_from(const std::pair<float, float>& pair) { return {pair.first, pair.second}; }

// Takes out what acts out quantization; the ranges as quantize_graph() takes them. NaN: none is given.
py::array_t<float> take_ranges(Graph& graph, const std::vector<std::pair<float, float>>& inputs,
                               const std::pair<float, float>& others) {
  GivenRanges given{.others = range_from(others)};
  for (const auto& input : inputs) given.inputs.push_back(range_from(input));
  const Ranges ranges = take_trained_ranges(graph, given);
  py::array_t<float> result({static_cast<py::ssize_t>(ranges.size()), py::ssize_t{2}});
  for (size_t i = 0; i < ranges.size(); ++i) {
    result.mutable_at(i, 0) = ranges[i].seen() ? ranges[i].min : std::numeric_limits<float>::quiet_NaN();
    result.mutable_at(i, 1) = ranges[i].seen() ? ranges[i].max : std::numeric_limits<float>::quiet_NaN();
  }
  return result;
}

// A copy with corrected biases; `means` as Observer.means() gives them.
GraphHandle corrected(const Graph& graph, const std::string& mode, const ChannelMeans& means,
                      bool per_channel, bool per_channel_dense, const std::set<int>& keep_float) {
  QuantizerOptions options;
  options.mode = parse_mode(mode);
  options.per_channel = per_channel;
  options.per_channel_dense = per_channel_dense;
  options.keep_float = chooser(keep_float);
  if (means.size() != graph.main().tensors.size())
    fail(ErrorCode::kInvalidArgument, "means should have a row for each of ", graph.main().tensors.size(),
         " tensors");
  const Unlocked unlocked;
  auto result = std::make_shared<Graph>(graph);
  correct_biases(*result, options, means);
  return result;
}

}  // namespace

void bind_quantizer(py::module_& module) {
  py::class_<Graph, GraphHandle>(module, "Graph")
      .def_static(
          "read", [](const py::bytes& content) { return read_graph(content); }, py::arg("content"))
      .def_readonly("description", &Graph::description)
      .def("write", &write_graph, py::arg("consume") = false)
      .def(
          "optimize", [](Graph& graph) { optimize(graph); }, py::call_guard<Unlocked>())
      .def(
          "equalize", [](Graph& graph) { return equalize(graph); }, py::call_guard<Unlocked>())
      .def("take_trained_ranges", &take_ranges, py::arg("inputs"), py::arg("others"))
      .def("forget_trained_weights", [](Graph& graph) { forget_trained_weights(graph); })
      .def("shift_to_uint8", [](Graph& graph) { shift_to_uint8(graph); })
      .def("inputs", [](const Graph& graph) { return describe_tensors(graph, graph.main().inputs, true); })
      .def("outputs", [](const Graph& graph) { return describe_tensors(graph, graph.main().outputs, false); })
      .def("operators", &describe_operators)
      .def("signature_keys",
           [](const Graph& graph) {
             std::vector<std::string> keys;
             for (const Signature& signature : graph.signatures) keys.push_back(signature.key);
             return keys;
           })
      .def("dump", [](const Graph& graph) { return text(dump(graph)); })
      .def("tensor_names", [](const Graph& graph) {
        std::vector<std::string> names;
        for (const Tensor& tensor : graph.main().tensors) names.push_back(tensor.name);
        return names;
      });
  module.def("quantize", &quantize_graph, py::arg("graph"), py::arg("mode"), py::arg("ranges") = py::none(),
             py::arg("allow_float") = true, py::arg("input_type") = "float32",
             py::arg("output_type") = "float32", py::arg("per_channel") = true,
             py::arg("per_channel_dense") = true, py::arg("keep_float") = std::set<int>(),
             py::arg("bias16_type") = "int64", py::arg("keep_int16") = std::set<int>(),
             py::arg("trained") = false);
  module.def("correct_biases", &corrected, py::arg("graph"), py::arg("mode"), py::arg("means"),
             py::arg("per_channel") = true, py::arg("per_channel_dense") = true,
             py::arg("keep_float") = std::set<int>());
  module.def(
      "debug_graph",
      [](const Graph& original, const Graph& quantized) {
        return std::make_shared<Graph>(make_debug_graph(original, quantized));
      },
      py::arg("original"), py::arg("quantized"), py::call_guard<Unlocked>());
}

}  // namespace litewright::python
