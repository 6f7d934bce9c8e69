// Writes .tflite files.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

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
// The same in pieces that follow each other; large constants are shared with the graph, not copied.
std::vector<Bytes> write_tflite_pieces(const Graph& graph, const WriteOptions& options = {});
// Copies the pieces to `to`, one after the other, and lets go of each once it is copied.
void join_pieces(std::vector<Bytes> pieces, uint8_t* to);
// Into a temporary file beside `path`, which then takes its name. Error (kIo) if that fails; then `path` is
// as it was.
void write_tflite_file(const Graph& graph, const std::string& path, const WriteOptions& options = {});

}  // namespace litewright
