// What a model may ask for. Files come from strangers: a few of their bytes can demand all memory or a loop
// without end.
#pragma once

#include <cstddef>
#include <cstdint>

namespace litewright {

struct Limits {
  // Bytes of an interpreter's tensors, working memory and packed weights. 0: 256 MiB (2 GiB where all tensors
  // are preserved), four times the model's constants, 256 bytes (512 MiB in all at most) for every element of
  // the inputs in the file, and 128 KiB for every one that callers add by resizing them. Never more than the
  // machine has.
  size_t memory = 0;
  int rank = 32;
  int64_t elements = int64_t{1} << 33;  // of a tensor
  int subgraph_depth = 64;              // subgraphs that call each other
  int64_t loop_iterations = 200'000;    // of all loops together, in one run
};

}  // namespace litewright
