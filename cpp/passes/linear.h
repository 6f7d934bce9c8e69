// The operators that are linear in their input, seen alike: weights, bias, channels.
#pragma once

#include <optional>
#include <vector>

#include "graph/graph.h"

namespace litewright {

struct Linear {
  int weights;       // operand numbers
  int bias;          // may be absent in the operator
  int channel_axis;  // of the weights: output channels
  int input_axis;    // of the weights: input channels; -1 where that is not one dimension
  int64_t channels;  // output channels
};

// How operator `op` is linear with constant float32 weights (and a constant or no bias); nothing if it is
// not.
std::optional<Linear> as_linear(const Subgraph& subgraph, const Operator& op);
Activation fused_activation(const Operator& op);
// `op` with another fused activation; op must be one that can fuse one.
void set_fused_activation(Operator& op, Activation activation);
// Whether the operator's options have a fused activation.
bool can_fuse_activation(const Operator& op);

// Gives `op` new weights scaled along `axis`, and a new bias. The old constants stay for other readers.
void scale_weights(Subgraph& subgraph, Operator& op, const Linear& linear, int axis,
                   const std::vector<float>& factors);
// The bias values; zeros if there is none.
std::vector<float> bias_values(const Subgraph& subgraph, const Operator& op, const Linear& linear);
void set_bias(Subgraph& subgraph, Operator& op, const Linear& linear, const std::vector<float>& values);

}  // namespace litewright
