// The allocator's memory.
#pragma once

namespace litewright {

// Gives memory that was freed back to the system, where the allocator can. For after work that freed large
// blocks.
void release_free_memory();

}  // namespace litewright
