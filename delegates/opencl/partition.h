// A compiled partition: memory for every tensor, and the kernels to start.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "device.h"
#include "nodes.h"

namespace opencl {

class Partition {
 public:
  // std::runtime_error if the device cannot do it.
  Partition(const Device& device, const lw_graph& graph);

  void run(const void* const* inputs, void* const* outputs) const;

 private:
  void add(const Node& node);
  void add_conv(const Node& node);
  void add_depthwise(const Node& node);
  void add_fully_connected(const Node& node);
  void add_pool(const Node& node);
  void add_binary(const Node& node, int op);
  void add_unary(const Node& node, int op, int activation);
  template <class... Arguments>
  void start(const char* kernel, size_t items, const Arguments&... arguments);
  cl_mem memory(int tensor) const { return memory_[static_cast<size_t>(tensor)].get(); }
  // The bias, or zeros; kept as long as the partition.
  cl_mem bias(const Node& node, int channels);
  // A constant with the first dimension moved to the end.
  cl_mem first_dimension_last(const lw_tensor& tensor);
  cl_mem keep(const std::vector<float>& values);

  const Device* device_;
  std::vector<Memory> memory_;  // by tensor
  std::vector<Memory> constants_;
  std::vector<std::function<void()>> steps_;
  std::vector<Kernel> kernels_;
  std::vector<std::pair<cl_mem, size_t>> inputs_, outputs_;  // with their bytes
};

}  // namespace opencl
