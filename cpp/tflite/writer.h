// Writes .tflite files.
#pragma once

#include <cstdint>
#include <string>

#include "graph/graph.h"

namespace litewright {

struct WriteOptions {
  // Above this many bytes of constants and custom options they go behind the tables, whose offsets have 31
  // bits.
  uint64_t max_inside = (uint64_t{1} << 31) - (uint64_t{1} << 29);
};

// The file's bytes; the same graph always gives the same bytes. Operators without a version get the lowest
// that fits; min_runtime_version follows from them. Error if an operand or subgraph does not exist.
Bytes write_tflite(const Graph& graph, const WriteOptions& options = {});
// Into a temporary file beside `path`, which then takes its name. Error (kIo) if that fails; then `path` is
// as it was.
void write_tflite_file(const Graph& graph, const std::string& path, const WriteOptions& options = {});

}  // namespace litewright
