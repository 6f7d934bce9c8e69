// litewright::Error as Python exceptions.
#include <new>

#include "bytes.h"
#include "core/error.h"
#include "module.h"
#include "ops/op_def.h"

namespace litewright::python {
namespace {

PyObject* converter_error = nullptr;  // litewright.ConverterError, alive as long as the process

PyObject* python_type(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kInvalidModel:
    case ErrorCode::kOutOfRange:
      return PyExc_ValueError;
    case ErrorCode::kIo:
      return PyExc_OSError;
    case ErrorCode::kUnsupported:
      return converter_error;
    case ErrorCode::kRuntime:
    case ErrorCode::kInternal:
      return PyExc_RuntimeError;
  }
  return PyExc_RuntimeError;
}

}  // namespace

void bind_errors(py::module_& module) {
  converter_error = PyErr_NewExceptionWithDoc(
      "litewright.ConverterError", "A model that cannot be converted.", PyExc_RuntimeError, nullptr);
  if (converter_error == nullptr) throw py::error_already_set();
  module.attr("ConverterError") = py::handle(converter_error);
  py::register_exception_translator([](std::exception_ptr raised) {
    try {
      if (raised) std::rethrow_exception(raised);
    } catch (const Error& error) {
      PyErr_SetObject(python_type(error.code()), text(error.what()).ptr());
    } catch (const NeedsValue& missing) {
      PyErr_Format(PyExc_RuntimeError, "operand %d has no value", missing.operand);
    }
  });
}

}  // namespace litewright::python
