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
// The same for 64-bit sums of 16-bit activations, as vector kernels take it.
class WideStage {
 public:
  explicit WideStage(const OutputStage& stage);
  WideRequantization from(int64_t first_channel, const int64_t* bias) const {
    return {bias == nullptr ? nullptr : bias + first_channel, multiplier_.data() + first_channel,
            shift_.data() + first_channel, lo_, hi_};
  }

 private:
  std::vector<int64_t> multiplier_, shift_;
  int32_t lo_, hi_;
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
  RowQuantization to;
};
// Of a row whose values are between low <= 0 and high >= 0.
RowScale scale_of_range(bool asymmetric, float low, float high);
RowScale row_scale(const RowOps& ops, bool asymmetric, int64_t n, const float* x);
// Values of such a row, with the bits of `flip` flipped.
void quantize_values(const RowOps& ops, int64_t n, const float* x, const RowQuantization& to, uint8_t flip,
                     int8_t* out);
// Both.
RowScale quantize_row(const RowOps& ops, bool asymmetric, int64_t n, const float* x, int8_t* out);

// A run of floats as elements of type Out for an integer kernel.
template <class Out>
struct QuantizingCopy {
  const RowOps* ops;
  RowQuantization to;

  void operator()(int64_t n, const float* from, Out* out) const {
    if constexpr (sizeof(Out) == 1) {
      quantize_values(*ops, n, from, to, std::is_signed_v<Out> ? 0 : 0x80, reinterpret_cast<int8_t*>(out));
    } else {
      int8_t block[512];
      for (int64_t done = 0; done < n; done += 512) {
        const int64_t count = std::min<int64_t>(n - done, 512);
        quantize_values(*ops, count, from + done, to, 0, block);
        ops->s8_to_s16(count, block, out + done);
      }
    }
  }
  Out convert(float x) const {
    Out out;
    (*this)(1, &x, &out);
    return out;
  }
};

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
