// Delegates from shared libraries.
#pragma once

#include <memory>

#include "litewright/litewright.h"

namespace litewright::python {

struct Delegate {
  std::shared_ptr<const lw_delegate> handle;  // the library stays loaded as long as this lives
};

}  // namespace litewright::python
