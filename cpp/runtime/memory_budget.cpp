#include "runtime/memory_budget.h"

#include <unistd.h>

#include <cstdint>

#include "core/error.h"

namespace litewright {
namespace {

size_t physical_memory() {
  const long pages = sysconf(_SC_PHYS_PAGES);
  const long page = sysconf(_SC_PAGE_SIZE);
  return pages > 0 && page > 0 ? static_cast<size_t>(pages) * static_cast<size_t>(page) : SIZE_MAX;
}

}  // namespace

void check_memory_budget(size_t bytes) {
  static const size_t limit = physical_memory();
  if (bytes > limit)
    fail(ErrorCode::kRuntime, "the model's tensors need ", bytes, " bytes; this machine has ", limit);
}

}  // namespace litewright
