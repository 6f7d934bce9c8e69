// Attributes of variable-length strings, read from the file's bytes: the HDF5 library trusts the lengths that
// its heaps state.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/bytes.h"

namespace litewright::hdf5 {

// The `count` strings of the attribute `name` of the object whose header lies at `address` (from where the
// format's signature stands). Error (kInvalidModel) if the bytes are not such an attribute.
std::vector<std::string> read_heap_strings(const Bytes& file, uint64_t address, const std::string& name,
                                           uint64_t count);

// Error (kInvalidModel) if the attributes in the object header at `address` are not as long as they state.
void check_attributes(const Bytes& file, uint64_t address);

}  // namespace litewright::hdf5
