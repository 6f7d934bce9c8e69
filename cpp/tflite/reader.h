// Reads .tflite files.
#pragma once

#include <string>

#include "graph/graph.h"

namespace litewright {

// The graph of a file's bytes. Constants are views of `content`. Every offset, size, enumeration and constant
// is checked; what operators do with their operands is for validate(). `origin` is the file's name, for
// messages. Error (kInvalidModel) if it is not a .tflite file, or broken.
Graph read_tflite(Bytes content, std::string origin = "");
// Maps the file into memory; weights in files beside it are mapped too. Error if it cannot be opened.
Graph read_tflite_file(const std::string& path);

}  // namespace litewright
