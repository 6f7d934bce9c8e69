// Operators that are done on the way by the one before them, block by block: an addition behind a convolution
// reads what the convolution wrote from the cache, and the tensor between them takes no memory.
#pragma once

#include <functional>
#include <vector>

#include "graph/graph.h"
#include "ops/op_def.h"

namespace litewright {

// Who reads and who writes the tensors of a subgraph.
class TensorUses {
 public:
  struct Use {
    int node, operand;
  };
  explicit TensorUses(const Subgraph& subgraph);
  const std::vector<Use>& readers(TensorId id) const { return readers_[id]; }
  int writer(TensorId id) const { return writers_[id]; }      // -1: an input or a constant
  bool is_output(TensorId id) const { return outputs_[id]; }  // of the subgraph

 private:
  std::vector<std::vector<Use>> readers_;
  std::vector<int> writers_;
  std::vector<bool> outputs_;
};

struct Followers {
  std::vector<int> nodes;
  BlockFunction function;       // all of them, one after the other; null if there are none
  TensorId result = kNoTensor;  // of the last one
};

// What node `operand`-wise does to blocks, or null; asked only for nodes whose other operands are there when
// `first` runs.
using FollowFunction = std::function<BlockFunction(int node, int operand)>;

// The operators that can be done on blocks of node `first`'s output: each is the only reader of the tensor
// before it, or LOGISTIC and MUL are the only two and make x * logistic(x), which is `swish`.
Followers find_followers(const Subgraph& subgraph, const TensorUses& uses, int first,
                         const FollowFunction& follow, const BlockFunction& swish);

}  // namespace litewright
