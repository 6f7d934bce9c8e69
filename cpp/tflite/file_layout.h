// Where things go in a .tflite file: the tables that several parts of the graph share.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "graph/graph.h"

namespace litewright {

struct FileLayout {
  struct Buffer {
    bool present = false;  // whether there is data, if only of no bytes
    Bytes data;
  };
  struct OperatorCode {
    BuiltinOp code;
    std::string custom_code;
    int version;
  };
  struct MetadataEntry {
    std::string name;
    uint32_t buffer;
  };

  // The first is the empty one. Constants of the same bytes share one; every other tensor has an empty one of
  // its own, except variables, which have the first.
  std::vector<Buffer> buffers;
  std::vector<std::vector<uint32_t>> tensor_buffers;  // by subgraph and tensor
  std::vector<OperatorCode> codes;  // in order of first use, each with the highest version of its uses
  std::vector<std::vector<uint32_t>> operator_codes;  // by subgraph and operator
  std::vector<MetadataEntry> metadata;
};

// `outside`: constants lie behind the tables, which the metadata says. Error if an operand does not exist.
FileLayout lay_out(const Graph& graph, bool outside);

}  // namespace litewright
