// litewright._core: the C++ library as the Python package uses it.
#include "module.h"

PYBIND11_MODULE(_core, module) {
  module.doc() = "The native part of litewright; use litewright.lite.";
  module.attr("__version__") = LITEWRIGHT_VERSION;
  litewright::python::bind_errors(module);
  litewright::python::bind_delegates(module);
  litewright::python::bind_inspect(module);
  litewright::python::bind_limits(module);
  litewright::python::bind_interpreter(module);
  litewright::python::bind_op_table(module);
  litewright::python::bind_quantizer(module);
  litewright::python::bind_calibration(module);
  litewright::python::bind_keras(module);
  litewright::python::bind_saved_model(module);
}
