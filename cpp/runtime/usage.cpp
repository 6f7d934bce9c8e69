#include "runtime/usage.h"

#include <unistd.h>

#include <algorithm>
#include <set>
#include <utility>

#include "core/error.h"
#include "graph/validate.h"

namespace litewright {
namespace {

constexpr size_t kMemory = size_t{256} << 20;
constexpr double kMemoryPerElement = 128 << 10;  // by which callers enlarge the inputs
// Models of large images have large activations, whatever their weights.
constexpr size_t kMemoryPerFileElement = 256, kMostForInputs = size_t{512} << 20;
constexpr const char* kAdvice = " bytes; raise it for a model that you trust";

size_t physical_memory() {
  static const size_t bytes = [] {
    const long pages = sysconf(_SC_PHYS_PAGES);
    const long page = sysconf(_SC_PAGE_SIZE);
    return pages > 0 && page > 0 ? static_cast<size_t>(pages) * static_cast<size_t>(page) : SIZE_MAX;
  }();
  return bytes;
}

size_t memory_for_inputs(const Subgraph& main) {
  int64_t elements = 0;
  for (TensorId id : main.inputs) {
    const auto count = checked_elements(main.tensors[id].shape);
    elements = std::min(elements + std::max<int64_t>(count.value_or(INT64_MAX / 2), 0), INT64_MAX / 2);
  }
  return std::min(static_cast<size_t>(elements), kMostForInputs / kMemoryPerFileElement) *
         kMemoryPerFileElement;
}

size_t default_memory(const Graph& graph, bool preserve_all) {
  std::set<const uint8_t*> seen;
  size_t constants = 0;
  for (const Subgraph& subgraph : graph.subgraphs) {
    for (const Tensor& tensor : subgraph.tensors) {
      if (tensor.is_constant && seen.insert(tensor.data.data()).second) constants += tensor.data.size();
    }
  }
  return (preserve_all ? 8 : 1) * kMemory + 4 * constants + memory_for_inputs(graph.subgraphs.front());
}

// About what operators make of their constants: each packs its own, those alike share.
size_t packed_bytes(const Graph& graph) {
  std::set<std::pair<const uint8_t*, BuiltinOp>> seen;
  size_t bytes = 0;
  for (const Subgraph& subgraph : graph.subgraphs) {
    for (const Operator& op : subgraph.operators) {
      for (TensorId id : op.inputs) {
        if (id == kNoTensor || !subgraph.tensors[id].is_constant) continue;
        const Bytes& data = subgraph.tensors[id].data;
        if (seen.insert({data.data(), op.code}).second) bytes += data.size();
      }
    }
  }
  return bytes;
}

// How many subgraphs call each other, from each of them; the calls form no cycle.
int call_depth(const Graph& graph, int index, std::vector<int>& depths) {
  if (depths[index] != 0) return depths[index];
  int deepest = 0;
  for (const Operator& op : graph.subgraphs[index].operators) {
    for (int32_t called : called_subgraphs(op))
      deepest = std::max(deepest, call_depth(graph, called, depths));
  }
  return depths[index] = deepest + 1;
}

}  // namespace

Usage::Usage(const Limits& limits, const Graph& graph, bool preserve_all) : limits_(limits) {
  base_ = limits.memory != 0 ? limits.memory : default_memory(graph, preserve_all);
  memory_ = std::min(base_, physical_memory());
  if (const size_t packed = packed_bytes(graph); packed > memory_) {
    fail(ErrorCode::kInvalidModel, "the operators' constants have ", packed, " bytes; the limit memory is ",
         memory_, kAdvice);
  }
  std::vector<int> depths(graph.subgraphs.size(), 0);
  for (size_t i = 0; i < graph.subgraphs.size(); ++i) {
    const int depth = call_depth(graph, static_cast<int>(i), depths);
    if (depth > limits.subgraph_depth) {
      fail(ErrorCode::kInvalidModel, "subgraphs call each other ", depth,
           " deep; the limit subgraph_depth is ", limits.subgraph_depth);
    }
    for (const Tensor& tensor : graph.subgraphs[i].tensors) {
      with_context([&] { return concat("tensor '", tensor.name, "'"); },
                   [&] {
                     Shape shape = tensor.shape;
                     for (int32_t& dim : shape) dim = std::max(dim, 1);
                     if (is_static(tensor.shape)) shape = tensor.shape;
                     check_shape(shape);
                   });
    }
  }
}

void Usage::check_shape(const Shape& shape) const {
  if (shape.size() > static_cast<size_t>(limits_.rank)) {
    fail(ErrorCode::kRuntime, "a tensor has ", shape.size(), " dimensions; the limit rank is ", limits_.rank);
  }
  const auto elements = checked_elements(shape);
  if (!elements || *elements > limits_.elements) {
    fail(ErrorCode::kRuntime, "a tensor has the shape ", to_string(shape), "; the limit elements is ",
         limits_.elements);
  }
}

void Usage::check_value(const Shape& shape, DType dtype) const {
  constexpr size_t kPerString = 32, kPerRow = 8;
  check_shape(shape);
  const size_t element = dtype_bits(dtype) == 0 ? kPerString : dtype_size(dtype);
  const auto elements = static_cast<size_t>(num_elements(shape));
  size_t longest = 0;
  for (int32_t dim : shape) longest = std::max(longest, static_cast<size_t>(dim));
  if (elements > memory_ / element || longest > memory_ / kPerRow) {
    fail(ErrorCode::kRuntime, "a tensor of ", dtype_name(dtype), to_string(shape),
         " is beyond the limit memory, ", memory_, kAdvice);
  }
}

void Usage::reserve(AlignedBuffer& buffer, size_t bytes) {
  const size_t before = buffer.data() == nullptr ? 0 : buffer.capacity();
  if (bytes <= before && before != 0) return;
  if (bytes > memory_ || used_ - before > memory_ - bytes) {
    fail(ErrorCode::kRuntime, "the model's tensors need ", bytes, " bytes more than the ", used_ - before,
         " they have; the limit memory is ", memory_, kAdvice);
  }
  used_ -= before;
  buffer.reserve(bytes);
  used_ += buffer.capacity();
}

void Usage::release(AlignedBuffer& buffer) {
  if (buffer.data() != nullptr) used_ -= buffer.capacity();
  buffer.reset();
}

void Usage::grow(double elements) {
  if (limits_.memory != 0) return;
  const double wanted = static_cast<double>(base_) + elements * kMemoryPerElement;
  const size_t most = physical_memory();
  memory_ = wanted < static_cast<double>(most) ? static_cast<size_t>(wanted) : most;
}

void Usage::count_iteration() {
  if (++iterations_ > limits_.loop_iterations) {
    fail(ErrorCode::kRuntime, "its loops have gone on for ", limits_.loop_iterations,
         " rounds, the limit loop_iterations");
  }
}

}  // namespace litewright
