#include "ops/recurrent_sequence.h"

#include <algorithm>

namespace litewright {
namespace {

constexpr int64_t kRowsAtOnce = 256;  // rows of gates computed before the steps that use them

}  // namespace

SequenceShape sequence_shape(const Shape& input, bool time_major) {
  if (input.size() == 2) return {input[0], 1, input[1], true};
  return {input[time_major ? 1 : 0], input[time_major ? 0 : 1], input[2], time_major};
}

RecurrentSequence::RecurrentSequence(PrepareContext& c, int input, const std::vector<int>& weights,
                                     const std::vector<int>& biases, int aux_input,
                                     const std::vector<int>& aux_weights, bool time_major, bool asymmetric)
    : input_(input), shape_(sequence_shape(c.input_shape(input), time_major)) {
  const int64_t most = std::max<int64_t>(1, shape_.time);
  steps_at_once_ = std::clamp<int64_t>(kRowsAtOnce / std::max<int64_t>(1, shape_.batch), 1, most);
  const int64_t rows = steps_at_once_ * shape_.batch;
  product_ = RecurrentProduct(c, weights, biases, asymmetric, rows);
  if (!aux_weights.empty()) {
    aux_input_ = aux_input;
    aux_inputs_ = c.input_shape(aux_input).back();
    aux_product_ = RecurrentProduct(c, aux_weights, {}, asymmetric, rows);
  }
  gates_ = c.add_scratch(static_cast<size_t>(rows * product_.columns()) * sizeof(float));
}

void RecurrentSequence::run(RunContext& c, bool backward, const float* state, int64_t outputs, float* out,
                            int64_t out_stride, const std::function<void(float*, int64_t)>& step) const {
  const SequenceShape& s = shape_;
  float* gates = c.scratch<float>(gates_);
  const int64_t n = product_.columns();
  // The row of (sequence b, step t) among those of `time` steps.
  const auto row = [&](int64_t b, int64_t t, int64_t time) {
    return s.time_major ? t * s.batch + b : b * time + t;
  };
  for (int64_t done = 0; done < s.time; done += steps_at_once_) {
    const int64_t steps = std::min(steps_at_once_, s.time - done);
    const int64_t first = backward ? s.time - done - steps : done;
    const bool together = s.time_major || steps == s.time;  // the rows of these steps lie side by side
    for (int64_t b = 0; b < (together ? 1 : s.batch); ++b) {
      const int64_t rows = together ? steps * s.batch : steps;
      const int64_t from = row(b, first, s.time);
      float* to = gates + row(b, 0, steps) * n;
      product_.assign(c, rows, c.in<float>(input_) + from * s.inputs, s.inputs, to, n);
      if (aux_input_ >= 0) {
        aux_product_.accumulate(c, rows, c.in<float>(aux_input_) + from * aux_inputs_, aux_inputs_, to, n);
      }
    }
    for (int64_t k = 0; k < steps; ++k) {
      const int64_t t = backward ? steps - 1 - k : k;
      step(gates + row(0, t, steps) * n, s.time_major ? n : steps * n);
      for (int64_t b = 0; b < s.batch; ++b) {
        std::copy_n(state + b * outputs, outputs, out + row(b, first + t, s.time) * out_stride);
      }
    }
  }
}

}  // namespace litewright
