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
#include "tflite/reader.h"
#include "tflite/writer.h"

namespace litewright::python {
namespace {

using GraphHandle = std::shared_ptr<Graph>;

GraphHandle read_graph(const std::string& content) {
  auto graph = std::make_shared<Graph>(read_tflite(Bytes::copy(content.data(), content.size())));
  validate(*graph);
  return graph;
}

py::bytes write_graph(const Graph& graph) {
  Bytes bytes;
  {
    py::gil_scoped_release release;
    bytes = write_tflite(graph);
  }
  return py::bytes(reinterpret_cast<const char*>(bytes.data()), bytes.size());
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

// `ranges`: None, or a float array [tensors, 2]; NaN where there is none.
GraphHandle quantize_graph(const Graph& graph, const std::string& mode, const py::object& ranges,
                           bool allow_float, const std::string& input_type, const std::string& output_type,
                           bool per_channel, bool per_channel_dense, const std::set<int>& keep_float) {
  QuantizerOptions options;
  options.mode = parse_mode(mode);
  options.allow_float = allow_float;
  options.input_type = parse_dtype(input_type);
  options.output_type = parse_dtype(output_type);
  options.per_channel = per_channel;
  options.per_channel_dense = per_channel_dense;
  if (!keep_float.empty()) {
    options.keep_float = [&](const Operator& op, const Subgraph& subgraph) {
      return keep_float.count(static_cast<int>(&op - subgraph.operators.data())) > 0;
    };
  }
  Ranges values;
  if (!ranges.is_none()) {
    const auto array = py::array_t<float, py::array::c_style | py::array::forcecast>::ensure(ranges);
    if (!array || array.ndim() != 2 || array.shape(1) != 2 ||
        array.shape(0) != static_cast<py::ssize_t>(graph.main().tensors.size())) {
      fail(ErrorCode::kInvalidArgument, "ranges should be an array [", graph.main().tensors.size(), ", 2]");
    }
    values.resize(array.shape(0));
    for (py::ssize_t i = 0; i < array.shape(0); ++i) {
      if (array.at(i, 0) <= array.at(i, 1)) values[i] = {array.at(i, 0), array.at(i, 1)};
    }
  }
  py::gil_scoped_release release;
  return std::make_shared<Graph>(quantize(graph, options, ranges.is_none() ? nullptr : &values));
}

// `parameter`: the momentum or the percentile; 0 for the default.
Calibration parse_calibration(const std::string& method, double parameter) {
  Calibration calibration;
  if (method == "minmax") return calibration;
  if (method == "moving_average") {
    calibration.method = CalibrationMethod::kMovingAverage;
    if (parameter > 0) calibration.momentum = parameter;
  } else if (method == "percentile") {
    calibration.method = CalibrationMethod::kPercentile;
    if (parameter > 0) calibration.percentile = parameter;
  } else if (method == "mse") {
    calibration.method = CalibrationMethod::kMse;
  } else {
    fail(ErrorCode::kInvalidArgument, "unknown calibration method '", method,
         "'; it should be one of minmax, moving_average, percentile, mse");
  }
  return calibration;
}

class PyObserver {
 public:
  PyObserver(const Graph& graph, int num_threads, const std::string& method, double parameter)
      : observer_(graph, make_statistics(parse_calibration(method, parameter), graph.main().tensors.size()),
                  num_threads) {}

  // One array per input, in the model's order, of the inputs' dtypes.
  void run(const std::vector<py::array>& arrays) {
    Interpreter& interpreter = observer_.interpreter();
    const Subgraph& main = interpreter.graph().main();
    if (arrays.size() != main.inputs.size())
      fail(ErrorCode::kInvalidArgument, "expected ", main.inputs.size(), " inputs, got ", arrays.size());
    for (size_t i = 0; i < arrays.size(); ++i) {
      interpreter.resize_input(main.inputs[i], Shape(arrays[i].shape(), arrays[i].shape() + arrays[i].ndim()),
                               true);
    }
    interpreter.allocate();
    for (size_t i = 0; i < arrays.size(); ++i) {
      const Slot& slot = interpreter.executor().slot(main.inputs[i]);
      const TensorValue value = from_numpy(
          arrays[i], slot.dtype, [&] { return concat("input ", i, ", name: ", slot.tensor->name); });
      if (value.is_strings) {
        interpreter.executor().set_dynamic_input(main.inputs[i], value.shape, value.data(), value.bytes());
      } else {
        std::memcpy(slot.data, value.data(), slot.bytes);
      }
    }
    py::gil_scoped_release release;
    observer_.run();
  }

  py::array_t<float> ranges() const {
    const Ranges ranges = observer_.ranges();
    py::array_t<float> result({static_cast<py::ssize_t>(ranges.size()), py::ssize_t{2}});
    for (size_t i = 0; i < ranges.size(); ++i) {
      result.mutable_at(i, 0) = ranges[i].seen() ? ranges[i].min : std::numeric_limits<float>::quiet_NaN();
      result.mutable_at(i, 1) = ranges[i].seen() ? ranges[i].max : std::numeric_limits<float>::quiet_NaN();
    }
    return result;
  }

 private:
  Observer observer_;
};

}  // namespace

void bind_quantizer(py::module_& module) {
  py::class_<Graph, GraphHandle>(module, "Graph")
      .def_static(
          "read", [](const py::bytes& content) { return read_graph(content); }, py::arg("content"))
      .def_readonly("description", &Graph::description)
      .def("write", &write_graph)
      .def(
          "optimize", [](Graph& graph) { optimize(graph); }, py::call_guard<py::gil_scoped_release>())
      .def("inputs", [](const Graph& graph) { return describe_tensors(graph, graph.main().inputs, true); })
      .def("outputs", [](const Graph& graph) { return describe_tensors(graph, graph.main().outputs, false); })
      .def("operators", &describe_operators)
      .def("dump", [](const Graph& graph) { return text(dump(graph)); })
      .def("tensor_names", [](const Graph& graph) {
        std::vector<std::string> names;
        for (const Tensor& tensor : graph.main().tensors) names.push_back(tensor.name);
        return names;
      });
  module.def("quantize", &quantize_graph, py::arg("graph"), py::arg("mode"), py::arg("ranges") = py::none(),
             py::arg("allow_float") = true, py::arg("input_type") = "float32",
             py::arg("output_type") = "float32", py::arg("per_channel") = true,
             py::arg("per_channel_dense") = true, py::arg("keep_float") = std::set<int>());
  py::class_<PyObserver>(module, "Observer")
      .def(py::init<const Graph&, int, const std::string&, double>(), py::arg("graph"),
           py::arg("num_threads") = 1, py::arg("method") = "minmax", py::arg("parameter") = 0.0)
      .def("run", &PyObserver::run, py::arg("arrays"))
      .def("ranges", &PyObserver::ranges);
}

}  // namespace litewright::python
