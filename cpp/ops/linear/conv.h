// Convolutions of every kind of numbers: what CONV_2D, DEPTHWISE_CONV_2D and CONV_3D share.
// Operands: 0 input, 1 weights, 2 bias (optional).
#pragma once

#include "ops/linear/window.h"

namespace litewright {

// Checks the dtypes of input, weights, bias and output against each other, and the bias's length.
void check_conv_types(const NodeContext& context, int input, int weights, int bias, int64_t out_channels);

Kernel prepare_conv(PrepareContext& context, const ConvWindow& window, Activation activation);

// By the kind of numbers.
Kernel prepare_float_conv(PrepareContext& context, const ConvWindow& window, Activation activation);
Kernel prepare_int8_conv(PrepareContext& context, const ConvWindow& window, Activation activation);
Kernel prepare_int16_conv(PrepareContext& context, const ConvWindow& window, Activation activation);
Kernel prepare_hybrid_conv(PrepareContext& context, const ConvWindow& window, Activation activation);
// Whether the operator is a hybrid one that quantizes the images of operand `operand`.
bool quantizes_images(const Operator& op, std::span<const Tensor> tensors, int operand);
// Whether a float convolution is faster in fewer products, and that kernel. Its constant weights are larger,
// up to four times; results differ from plain sums by about 3e-6 of the largest, at most by 2e-5. The
// environment variable LITEWRIGHT_WINOGRAD=0 keeps to plain sums.
bool winograd_pays(Isa isa, const ConvWindow& window);
Kernel prepare_winograd_conv(PrepareContext& context, const ConvWindow& window, Activation activation);
// Of one input channel per output channel.
Kernel prepare_float_depthwise(PrepareContext& context, const ConvWindow& window, Activation activation);
Kernel prepare_int_depthwise(PrepareContext& context, const ConvWindow& window, Activation activation);

// One input channel per group, and the weights of a tap side by side.
inline bool is_depthwise(const ConvWindow& window) {
  return window.weight_out_stride == 1 && window.groups > 1 && window.group_in() == 1 &&
         window.axis[0].in == 1 && window.axis[0].kernel == 1;
}

// The weights of every group, packed once if they are known in prepare, else at every run. `bias` is the
// operand that is packed with them, or -1. `variant` tells apart what else the result depends on.
template <class Packed>
class GroupWeights {
 public:
  using Make = std::function<std::vector<Packed>(const uint8_t* weights, const void* bias)>;

  GroupWeights(PrepareContext& context, int weights, int bias, const std::string& variant, Make make)
      : weights_(weights), bias_(bias), make_(std::move(make)) {
    const bool has_bias = bias >= 0 && context.has_input(bias);
    if (!context.is_known(weights) || (has_bias && !context.is_known(bias))) return;
    const uint8_t* data = context.input(weights).data;
    const void* bias_data = has_bias ? context.input(bias).data : nullptr;
    if (has_bias && !context.input(bias).tensor->is_constant) {
      ready_ = std::make_shared<const std::vector<Packed>>(make_(data, bias_data));
    } else {
      // Buffers of equal bytes may be shared by tensors of different shapes.
      const std::string key = concat(variant, '/', to_string(context.input_shape(weights)), '/', bias_data);
      ready_ = context.packed<std::vector<Packed>>(weights, key, [&] { return make_(data, bias_data); });
    }
  }
  std::shared_ptr<const std::vector<Packed>> get(const RunContext& run) const {
    if (ready_) return ready_;
    return std::make_shared<const std::vector<Packed>>(
        make_(run.in<uint8_t>(weights_), bias_ < 0 ? nullptr : run.in_or_null<uint8_t>(bias_)));
  }

 private:
  int weights_, bias_;
  Make make_;
  std::shared_ptr<const std::vector<Packed>> ready_;
};

}  // namespace litewright
