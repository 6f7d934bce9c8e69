// Calibration and comparison: samples run through graphs.
#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <string>

#include "arrays.h"
#include "module.h"
#include "quant/channel_means.h"
#include "quant/comparison.h"
#include "unlocked.h"

namespace litewright::python {
namespace {

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

// The arrays as the main subgraph's inputs want them.
std::vector<TensorValue> input_values(const Subgraph& main, const std::vector<py::array>& arrays) {
  if (arrays.size() != main.inputs.size())
    fail(ErrorCode::kInvalidArgument, "expected ", main.inputs.size(), " inputs, got ", arrays.size());
  std::vector<TensorValue> values;
  for (size_t i = 0; i < arrays.size(); ++i) {
    const Tensor& tensor = main.tensors[main.inputs[i]];
    values.push_back(
        from_numpy(arrays[i], tensor.dtype, [&] { return concat("input ", i, ", name: ", tensor.name); }));
  }
  return values;
}

class PyObserver {
 public:
  PyObserver(const Graph& graph, int num_threads, const std::string& method, double parameter, bool means)
      : observer_(graph,
                  collect(graph, make_statistics(parse_calibration(method, parameter), graph.main()), means),
                  num_threads) {}

  // One array per input, in the model's order, of the inputs' dtypes.
  void run(const std::vector<py::array>& arrays) {
    Interpreter& interpreter = observer_.interpreter();
    const Subgraph& main = interpreter.graph().main();
    const std::vector<TensorValue> values = input_values(main, arrays);
    for (size_t i = 0; i < values.size(); ++i)
      interpreter.resize_input(main.inputs[i], values[i].shape, true);
    interpreter.allocate();
    for (size_t i = 0; i < values.size(); ++i) {
      const TensorValue& value = values[i];
      if (value.is_strings) {
        interpreter.executor().set_dynamic_input(main.inputs[i], value.shape, value.data(), value.bytes());
      } else {
        std::memcpy(interpreter.executor().data(main.inputs[i]), value.data(), value.bytes());
      }
    }
    const Unlocked unlocked;
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

  py::bytes save() const {
    StateWriter writer;
    observer_.statistics().save(writer);
    const std::vector<uint8_t> bytes = writer.take();
    return py::bytes(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }

  void merge(const std::string& saved) {
    StateReader reader({reinterpret_cast<const uint8_t*>(saved.data()), saved.size()});
    observer_.statistics().merge(reader);
  }

  // By tensor, then channel; empty rows for tensors that were not observed.
  ChannelMeans means() const { return sums_ ? sums_->means() : ChannelMeans(); }

 private:
  std::unique_ptr<Statistics> collect(const Graph& graph, std::unique_ptr<Statistics> statistics,
                                      bool means) {
    if (!means) return statistics;
    auto sums = std::make_unique<ChannelSums>(graph.main(), std::move(statistics));
    sums_ = sums.get();
    return sums;
  }

  ChannelSums* sums_ = nullptr;  // of observer_
  Observer observer_;
};

class PyComparison {
 public:
  PyComparison(const Graph& original, const Graph& quantized, int num_threads, bool by_operator)
      : graph_(original), comparison_(original, quantized, num_threads, by_operator) {}

  void run(const std::vector<py::array>& arrays) {
    std::vector<Comparison::Value> inputs;
    for (const TensorValue& value : input_values(graph_.main(), arrays)) {
      if (value.is_strings) fail(ErrorCode::kInvalidArgument, "models of strings are not compared");
      inputs.push_back({value.shape, Bytes::copy(value.data(), value.bytes())});
    }
    const Unlocked unlocked;
    comparison_.run(inputs);
  }

  double output_error() const { return comparison_.output_error(); }

  py::list operators() const {
    py::list rows;
    for (const OperatorError& op : comparison_.operators()) {
      py::dict row;
      row["index"] = op.index;
      row["name"] = op.name;
      row["layer"] = op.layer;
      row["tensor"] = op.tensor;
      row["dtype"] = dtype_name(op.dtype);
      row["min"] = op.range.min;
      row["max"] = op.range.max;
      row["scale"] = op.scale;
      row["zero_point"] = op.zero_point;
      row["elements"] = op.elements;
      row["sqnr"] = op.sqnr();
      row["rms"] = op.elements > 0 ? std::sqrt(op.signal / static_cast<double>(op.elements)) : 0.0;
      row["mean_error"] = op.elements > 0 ? op.error_sum / static_cast<double>(op.elements) : 0.0;
      row["worst_error"] = op.worst;
      row["saturated"] = op.saturated;
      row["bytes_before"] = op.bytes_before;
      row["bytes_after"] = op.bytes_after;
      rows.append(row);
    }
    return rows;
  }

 private:
  Graph graph_;
  Comparison comparison_;
};

}  // namespace

void bind_calibration(py::module_& module) {
  py::class_<PyObserver>(module, "Observer")
      .def(py::init<const Graph&, int, const std::string&, double, bool>(), py::arg("graph"),
           py::arg("num_threads") = 1, py::arg("method") = "minmax", py::arg("parameter") = 0.0,
           py::arg("means") = false)
      .def("run", &PyObserver::run, py::arg("arrays"))
      .def("save", &PyObserver::save)
      .def(
          "merge", [](PyObserver& self, const py::bytes& saved) { self.merge(saved); }, py::arg("saved"))
      .def("means", &PyObserver::means)
      .def("ranges", &PyObserver::ranges);
  py::class_<PyComparison>(module, "Comparison")
      .def(py::init<const Graph&, const Graph&, int, bool>(), py::arg("original"), py::arg("quantized"),
           py::arg("num_threads") = 1, py::arg("by_operator") = true)
      .def("run", &PyComparison::run, py::arg("arrays"))
      .def("operators", &PyComparison::operators)
      .def("output_error", &PyComparison::output_error);
}

}  // namespace litewright::python
