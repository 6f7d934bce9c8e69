// The walk through time that recurrent operators share.
#pragma once

#include <functional>
#include <vector>

#include "ops/recurrent_product.h"

namespace litewright {

// Extents of an input [batch, time, inputs], [time, batch, inputs] or [batch, inputs] (one step).
struct SequenceShape {
  int64_t batch = 0, time = 1, inputs = 0;
  bool time_major = false;
};
SequenceShape sequence_shape(const Shape& input, bool time_major);

class RecurrentSequence {
 public:
  RecurrentSequence() = default;
  // `weights` [gate columns, inputs] and `biases` (none or one per weights) are laid side by side, and so are
  // `aux_weights`, which multiply the operand `aux_input`; none: there is no auxiliary input.
  RecurrentSequence(PrepareContext& c, int input, const std::vector<int>& weights,
                    const std::vector<int>& biases, int aux_input, const std::vector<int>& aux_weights,
                    bool time_major, bool asymmetric);

  const SequenceShape& shape() const { return shape_; }
  // Calls step(gates, stride) for every step, the last one first if `backward`: the sequences' rows of gates,
  // `stride` elements apart, hold W x + Wa aux + b; the step leaves the new `state` [batch, outputs], which
  // then goes to the output rows that the step's input rows have.
  void run(RunContext& c, bool backward, const float* state, int64_t outputs, float* out, int64_t out_stride,
           const std::function<void(float* gates, int64_t stride)>& step) const;

 private:
  int input_ = 0, aux_input_ = -1;
  SequenceShape shape_;
  int64_t aux_inputs_ = 0, steps_at_once_ = 1;
  RecurrentProduct product_, aux_product_;
  int gates_ = -1;  // scratch
};

}  // namespace litewright
