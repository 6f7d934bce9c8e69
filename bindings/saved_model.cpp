// Importing TensorFlow's SavedModels, frozen graphs and live functions.
#include "importers/tf/saved_model.h"

#include <pybind11/stl.h>

#include <memory>

#include "arrays.h"
#include "bytes.h"
#include "importers/tf/graph_def.h"
#include "importers/tf/table.h"
#include "module.h"
#include "unlocked.h"

namespace litewright::python {
namespace {

tf::ForeignOps foreign_ops(bool custom, bool flex) { return {.custom = custom, .flex = flex}; }

using Names = std::vector<std::string>;
using Shapes = std::map<std::string, Shape>;

std::shared_ptr<Graph> import_saved_model(const std::string& folder, Names signature_keys,
                                          std::set<std::string> tags, bool custom, bool flex, Names inputs,
                                          Names outputs, Shapes shapes) {
  const Unlocked unlocked;
  return std::make_shared<Graph>(
      tf::import_saved_model(folder, {std::move(signature_keys),
                                      std::move(tags),
                                      foreign_ops(custom, flex),
                                      {std::move(inputs), std::move(outputs), std::move(shapes)}}));
}

void check_saved_model(const std::string& folder, Names signature_keys, std::set<std::string> tags,
                       Names inputs, Names outputs, Shapes shapes) {
  const Unlocked unlocked;
  tf::check_saved_model(folder, {std::move(signature_keys),
                                 std::move(tags),
                                 {},
                                 {std::move(inputs), std::move(outputs), std::move(shapes)}});
}

std::shared_ptr<Graph> import_frozen_graph(const std::string& path, Names inputs, Names outputs,
                                           Shapes shapes, bool custom, bool flex) {
  const Unlocked unlocked;
  return std::make_shared<Graph>(tf::import_frozen_graph(
      path, {std::move(inputs), std::move(outputs), std::move(shapes)}, foreign_ops(custom, flex)));
}

void check_frozen_graph(const std::string& path, Names inputs, Names outputs, Shapes shapes) {
  const Unlocked unlocked;
  tf::check_frozen_graph(path, {std::move(inputs), std::move(outputs), std::move(shapes)});
}

// Arrays of objects and of text hold strings.
TensorBundle::Value value_of(const py::handle& given, const std::string& name) {
  const py::array array = py::array::ensure(given);
  if (!array) throw py::value_error("the value of '" + name + "' is no array");
  const char kind = array.dtype().kind();
  const bool text = kind == 'O' || kind == 'S' || kind == 'U';
  const DType dtype = text ? DType::kString : dtype_of_array(array);
  const TensorValue value = from_numpy(array, dtype, [&] { return "'" + name + "'"; });
  return {dtype, value.shape, Bytes::copy(value.data(), value.bytes())};
}

std::map<std::string, TensorBundle::Value> values_of(const py::dict& given) {
  std::map<std::string, TensorBundle::Value> values;
  for (const auto& [name, value] : given) {
    const auto key = py::cast<std::string>(name);
    values.emplace(key, value_of(value, key));
  }
  return values;
}

std::vector<tf::LiveFunction::Port> ports_of(const py::handle& given) {
  std::vector<tf::LiveFunction::Port> ports;
  for (const py::handle port : given) {
    const auto [name, reference, tensor] = py::cast<std::tuple<std::string, std::string, std::string>>(port);
    ports.push_back({name, reference, tensor});
  }
  return ports;
}

tf::LiveFunction function_of(const py::dict& given) {
  tf::LiveFunction function;
  function.key = py::cast<std::string>(given["key"]);
  function.graph = share_bytes(given["graph"].cast<py::bytes>());
  function.operators = share_bytes(given["operators"].cast<py::bytes>());
  function.inputs = ports_of(given["inputs"]);
  function.outputs = ports_of(given["outputs"]);
  function.variables = values_of(given["variables"]);
  function.constants = values_of(given["constants"]);
  for (const auto& [name, table] : given["tables"].cast<py::dict>()) {
    const auto key = py::cast<std::string>(name);
    const auto pair = table.cast<py::tuple>();
    function.tables.emplace(key, tf::Table{value_of(pair[0], key), value_of(pair[1], key)});
  }
  return function;
}

std::shared_ptr<Graph> import_functions(const py::list& given, bool custom, bool flex) {
  std::vector<tf::LiveFunction> functions;
  for (const py::handle function : given) functions.push_back(function_of(function.cast<py::dict>()));
  const Unlocked unlocked;
  return std::make_shared<Graph>(tf::import_functions(functions, foreign_ops(custom, flex)));
}

py::list tensorflow_ops() {
  py::list rows;
  for (const tf::OpDescription& op : tf::described_ops()) {
    py::dict row;
    row["op"] = op.op;
    row["family"] = op.family;
    row["reason"] = op.reason;
    rows.append(row);
  }
  return rows;
}

}  // namespace

void bind_saved_model(py::module_& module) {
  module.def("import_saved_model", &import_saved_model, py::arg("folder"), py::arg("signature_keys"),
             py::arg("tags"), py::arg("custom") = false, py::arg("flex") = false, py::arg("inputs") = Names(),
             py::arg("outputs") = Names(), py::arg("shapes") = Shapes());
  module.def("check_saved_model", &check_saved_model, py::arg("folder"), py::arg("signature_keys"),
             py::arg("tags"), py::arg("inputs") = Names(), py::arg("outputs") = Names(),
             py::arg("shapes") = Shapes());
  module.def("import_frozen_graph", &import_frozen_graph, py::arg("path"), py::arg("inputs"),
             py::arg("outputs"), py::arg("shapes"), py::arg("custom") = false, py::arg("flex") = false);
  module.def("check_frozen_graph", &check_frozen_graph, py::arg("path"), py::arg("inputs"),
             py::arg("outputs"), py::arg("shapes"));
  module.def("import_functions", &import_functions, py::arg("functions"), py::arg("custom") = false,
             py::arg("flex") = false);
  module.def("tensorflow_ops", &tensorflow_ops);
}

}  // namespace litewright::python
