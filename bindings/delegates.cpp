#include "delegates.h"

#include <pybind11/stl.h>

#include <string>
#include <utility>
#include <vector>

#include "module.h"
#include "runtime/delegate_library.h"

namespace litewright::python {

void bind_delegates(py::module_& module) {
  using Options = std::vector<std::pair<std::string, std::string>>;
  py::class_<Delegate>(module, "Delegate", "A delegate of a shared library.")
      .def(py::init([](const std::string& path, const Options& options) {
             return Delegate{load_delegate(path, options)};
           }),
           py::arg("path"), py::arg("options"))
      .def_property_readonly("name",
                             [](const Delegate& delegate) { return std::string(delegate.handle->name); });
}

}  // namespace litewright::python
