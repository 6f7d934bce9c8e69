// The allocator's memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace litewright {

// `size` bytes that hold nothing yet: filling a vector with zeros first costs as much as filling it with
// values.
std::shared_ptr<uint8_t> allocate(size_t size);

// Gives memory that was freed back to the system, where the allocator can. For after work that freed large
// blocks.
void release_free_memory();

}  // namespace litewright
