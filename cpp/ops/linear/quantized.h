// From integer sums to stored outputs, and from float rows to integers.
#pragma once

#include <vector>

#include "kernels/row_ops/row_ops.h"
#include "ops/fixed_point.h"
#include "ops/op_def.h"

namespace litewright {

// How the sums of a quantized convolution or product become outputs.
struct OutputStage {
  int32_t zero = 0;
  IntRange range{};
  std::vector<double> real;                // per channel: input scale * weight scale / output scale
  std::vector<float> scale;                // the same in single precision throughout
  std::vector<QuantizedMultiplier> fixed;  // the same as the reference has it

  int32_t finish(int64_t x) const {
    return static_cast<int32_t>(std::clamp<int64_t>(x + zero, range.min, range.max));
  }
  // The reference's rounding of a 32-bit and of a 64-bit sum.
  int32_t reference(int32_t sum, int64_t channel) const {
    return finish(multiply_by_quantized_multiplier(sum, fixed[channel]));
  }
  int32_t reference(int64_t sum, int64_t channel) const {
    return finish(multiply_by_quantized_multiplier_int64(sum, fixed[channel]));
  }
  Requantization requantization(int64_t first_channel) const {
    return {scale.data() + first_channel, zero, range.min, range.max};
  }
};
// `input` and `weights` are operand numbers; the weights have one scale, or one per channel. Error if
// quantization is missing or does not fit.
OutputStage output_stage(const NodeContext& context, int input, int weights, Activation activation,
                         int64_t channels);

// The scales of `channels` channels of quantized weights with zero point 0. Error if there are neither 1 nor
// `channels`.
std::vector<float> channel_scales(const NodeContext& context, int weights, int64_t channels);

// Float rows as int8: real = scale * (stored - zero).
struct RowScale {
  float scale;
  int32_t zero;
};
RowScale quantize_row(const RowOps& ops, bool asymmetric, int64_t n, const float* x, int8_t* out);

// Weights as int8: int8 ones as they are, uint8 ones less 128.
class SignedWeights {
 public:
  SignedWeights(DType dtype, const uint8_t* data, size_t count);
  const int8_t* data() const { return data_; }

 private:
  std::vector<int8_t> storage_;
  const int8_t* data_;
};

}  // namespace litewright
