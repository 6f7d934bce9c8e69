// A WHILE that walks over a sequence, one step in each round.
#pragma once

#include <optional>
#include <vector>

#include "passes/rewrite.h"

namespace litewright {

class SequenceLoop {
 public:
  // Of a WHILE whose condition is that a counter, which starts at 0 and grows by 1, is less than the length
  // of what the loop reads; nothing if it is another.
  static std::optional<SequenceLoop> find(const Graph& graph, const Subgraph& outer, const Operator& loop);

  const Subgraph& body() const { return *body_; }
  const Uses& uses() const { return uses_; }
  size_t count() const { return body_->inputs.size(); }
  // The number of the carried value that a tensor of the body is when a round begins; nothing if it is none.
  std::optional<size_t> carried(TensorId inner) const;
  bool is_invariant(size_t i) const { return body_->outputs[i] == body_->inputs[i]; }
  bool is_counter(size_t i) const { return counters_[i]; }
  // Whether dimension `axis` of a tensor of the outer graph is as long as the loop is run.
  bool is_length(TensorId outer, int axis) const;

  // A sequence of the outer graph, read one step at a time.
  struct Read {
    TensorId outer;
    int axis;
  };
  std::optional<Read> read(TensorId inner) const;
  // How carried value `i`, a list, takes up `step` of each round: as a whole, or only the last one, with a
  // leading dimension of 1.
  enum class Collected { kNo, kAll, kLast };
  Collected collects(size_t i, TensorId step) const;

 private:
  SequenceLoop(const Subgraph& outer, const Subgraph& body, const Operator& loop)
      : outer_(&outer), body_(&body), loop_(loop), uses_(body), counters_(body.inputs.size(), false) {}
  bool find_length(const Subgraph& condition);
  bool bounds(const Subgraph& condition, const Uses& uses, TensorId verdict, int depth);
  const Operator* producer(TensorId inner) const;
  TensorId without_reshape(TensorId inner) const;

  const Subgraph *outer_, *body_;
  Operator loop_;
  Uses uses_;
  std::vector<bool> counters_;
  std::vector<TensorId> lengths_;  // of the outer graph; all are the same
  std::optional<int64_t> known_length_;
};

}  // namespace litewright
