// Importing SavedModels.
#include "importers/tf/saved_model.h"

#include <pybind11/stl.h>

#include <memory>

#include "module.h"

namespace litewright::python {
namespace {

std::shared_ptr<Graph> import_saved_model(const std::string& folder, std::vector<std::string> signature_keys,
                                          std::set<std::string> tags) {
  py::gil_scoped_release release;
  return std::make_shared<Graph>(
      tf::import_saved_model(folder, {std::move(signature_keys), std::move(tags)}));
}

void check_saved_model(const std::string& folder, std::vector<std::string> signature_keys,
                       std::set<std::string> tags) {
  py::gil_scoped_release release;
  tf::check_saved_model(folder, {std::move(signature_keys), std::move(tags)});
}

}  // namespace

void bind_saved_model(py::module_& module) {
  module.def("import_saved_model", &import_saved_model, py::arg("folder"), py::arg("signature_keys"),
             py::arg("tags"));
  module.def("check_saved_model", &check_saved_model, py::arg("folder"), py::arg("signature_keys"),
             py::arg("tags"));
}

}  // namespace litewright::python
