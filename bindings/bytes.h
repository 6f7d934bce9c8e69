// Bytes and text, from Python and to it.
#pragma once

#include <pybind11/pybind11.h>

#include <string>

#include "core/bytes.h"

namespace litewright::python {

// Shares the object's memory and keeps it alive; the last owner may let go in any thread.
Bytes share_bytes(const pybind11::bytes& content);

// Text from a file, which need not be UTF-8.
pybind11::str text(const std::string& bytes);

}  // namespace litewright::python
