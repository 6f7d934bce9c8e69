// The parts of the extension module.
#pragma once

#include <pybind11/pybind11.h>

namespace litewright::python {

namespace py = pybind11;

void bind_calibration(py::module_& module);
void bind_delegates(py::module_& module);
void bind_errors(py::module_& module);
void bind_inspect(py::module_& module);
void bind_interpreter(py::module_& module);
void bind_keras(py::module_& module);
void bind_limits(py::module_& module);
void bind_op_table(py::module_& module);
void bind_quantizer(py::module_& module);
void bind_saved_model(py::module_& module);

}  // namespace litewright::python
