// A guard against models that ask for more memory than the machine has.
#pragma once

#include <cstddef>

namespace litewright {

// Error (kRuntime) if one allocation of `bytes` is more than the machine's physical memory, where that can be
// told.
void check_memory_budget(size_t bytes);

}  // namespace litewright
