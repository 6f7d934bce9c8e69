// What an interpreter uses of its limits.
#pragma once

#include <cstdint>

#include "core/limits.h"
#include "graph/graph.h"
#include "runtime/aligned_buffer.h"

namespace litewright {

class Usage {
 public:
  // Error (kInvalidModel) if the graph itself is beyond the limits.
  Usage(const Limits& limits, const Graph& graph, bool preserve_all);

  // Error (kRuntime) if a tensor of this shape is beyond the limits.
  void check_shape(const Shape& shape) const;
  // The same, for a tensor that needs memory: what kernels keep per element or row is counted roughly.
  void check_value(const Shape& shape, DType dtype) const;
  // Room for `bytes`, as AlignedBuffer::reserve. Error (kRuntime) if that is beyond the limit.
  void reserve(AlignedBuffer& buffer, size_t bytes);
  void release(AlignedBuffer& buffer);
  // Callers gave the inputs so many more elements than the file does.
  void grow(double elements);

  void begin_run() { iterations_ = 0; }
  // Error (kRuntime) if the loops of this run have gone on for too long.
  void count_iteration();

 private:
  Limits limits_;
  size_t memory_ = 0, base_ = 0, used_ = 0;
  int64_t iterations_ = 0;
};

}  // namespace litewright
