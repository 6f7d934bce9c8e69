#include "core/memory.h"

#include <cstdlib>  // defines __GLIBC__
#include <new>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace litewright {

std::shared_ptr<uint8_t> allocate(size_t size) {
  auto* block = static_cast<uint8_t*>(std::malloc(size > 0 ? size : 1));
  if (block == nullptr) throw std::bad_alloc();
  return std::shared_ptr<uint8_t>(block, std::free);
}

void release_free_memory() {
#if defined(__GLIBC__)
  malloc_trim(0);
#endif
}

}  // namespace litewright
