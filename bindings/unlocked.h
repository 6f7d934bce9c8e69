// Work without Python's lock.
#pragma once

#include <pybind11/pybind11.h>

#include "core/interrupt.h"

namespace litewright::python {

// As py::gil_scoped_release; in the meantime a KeyboardInterrupt (or what another signal's handler raises)
// ends the work.
class Unlocked {
 public:
  Unlocked() : interrupts_(&raise_signals) {}

 private:
  static void raise_signals() {
    const pybind11::gil_scoped_acquire gil;
    if (PyErr_CheckSignals() != 0) throw pybind11::error_already_set();
  }
  pybind11::gil_scoped_release release_;
  InterruptScope interrupts_;
};

}  // namespace litewright::python
