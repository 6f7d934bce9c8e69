// Python's bytes as the library's.
#pragma once

#include <pybind11/pybind11.h>

#include "core/bytes.h"

namespace litewright::python {

// Shares the object's memory and keeps it alive; the last owner may let go in any thread.
Bytes share_bytes(const pybind11::bytes& content);

}  // namespace litewright::python
