// Operators that are Python functions.
#pragma once

#include <pybind11/pybind11.h>

#include <string>

#include "ops/op_def.h"

namespace litewright::python {

// `run(inputs, options)` takes a list of arrays (None: the operand is absent) and the file's option bytes,
// and returns a list of arrays. `shape(input shapes, options)` returns a list of shapes; None: the arrays
// that `run` returns have the outputs' shapes. What they raise becomes an Error with the exception's text.
CustomOpDef python_custom_op(const std::string& name, const pybind11::function& run,
                             const pybind11::object& shape);

}  // namespace litewright::python
