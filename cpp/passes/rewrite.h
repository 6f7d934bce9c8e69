// What rewrites of a subgraph have in common.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "graph/graph.h"

namespace litewright {

// Who writes and reads each tensor; stale after a change.
class Uses {
 public:
  explicit Uses(const Subgraph& subgraph);
  // The index of the operator that writes `id`; -1: a constant, an input, a variable.
  int producer(TensorId id) const { return producer_[id]; }
  // Once for every operand that reads `id`.
  std::span<const int> consumers(TensorId id) const {
    return {consumers_.data() + first_[id], consumers_.data() + first_[id + 1]};
  }
  bool is_output(TensorId id) const { return is_output_[id]; }
  // The one reader of a tensor that is no output of the subgraph; -1 otherwise.
  int only_consumer(TensorId id) const {
    return consumers(id).size() == 1 && !is_output_[id] ? consumers(id)[0] : -1;
  }

 private:
  std::vector<int> producer_;
  std::vector<int> consumers_;  // tensor by tensor
  std::vector<int> first_;      // where each tensor's begin in consumers_; one more, the end
  std::vector<bool> is_output_;
};

// Makes every reader of `from` read `to`, from operator `first` on.
void replace_reads(Subgraph& subgraph, TensorId from, TensorId to);
// Takes out operator `index`, whose one result equals its input `source`. False if that would make a subgraph
// input an output, or two outputs one tensor.
bool bypass_operator(Subgraph& subgraph, int index, TensorId source);
// Removes the operators at these indexes.
void remove_operators(Subgraph& subgraph, const std::vector<int>& indexes);
// The subgraphs that operators call.
std::set<int> called_by_any(const Graph& graph);
// Removes the subgraphs of `once` that no operator calls any more, and no signature.
void remove_no_longer_called(Graph& graph, const std::set<int>& once);
// Removes operators without effect, tensors nobody refers to, and subgraphs that are no longer called.
void remove_unused(Graph& graph);

// Applies `rewrite` (false: nothing to do) at every operator until nothing changes; true if anything did.
bool rewrite_operators(Graph& graph, const std::function<bool(Subgraph&, int index)>& rewrite);

// A graph of this operator only: its constants, and its other operands as inputs.
Graph extract_operator(const Subgraph& subgraph, const Operator& op);

// A new float32 constant.
TensorId add_constant(Subgraph& subgraph, const std::string& name, Shape shape,
                      const std::vector<float>& values);
// The elements of a float32 constant; nothing if the tensor is another.
std::optional<std::vector<float>> float_values(const Tensor& tensor);
// The elements of an int32 or int64 constant; nothing if the tensor is another.
std::optional<std::vector<int64_t>> int_values(const Tensor& tensor);
// A constant with `channels` values along the last dimension, or one value (repeated), that broadcasts over a
// tensor with `channels` as its last dimension without changing its rank; nothing otherwise.
std::optional<std::vector<float>> channel_values(const Tensor& tensor, int64_t channels, size_t rank);

}  // namespace litewright
