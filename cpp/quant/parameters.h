// From ranges and weights to scales and zero points, by TensorFlow's rules (float32 arithmetic, round half
// away from zero).
#pragma once

#include <vector>

#include "quant/quantize.h"

namespace litewright {

// An int8 activation with this range: asymmetric; zero is always representable.
Form int8_activation(Range range);
// An int16 activation: symmetric.
Form int16_activation(Range range);
Form activation_form(QuantMode mode, Range range);
// A float constant that is an operand like an activation.
Form constant_form(QuantMode mode, const Tensor& constant);
Form fixed_form(float scale, int64_t zero_point, DType dtype);
// Symmetric weights with `bits` 8 or 4; axis -1: one scale for all.
Form weight_form(const Tensor& weights, int axis, int bits);
// Of a bias that is added to input * weights products, int32 or int64.
Form bias_form(const Form& input, const Form& weights, DType dtype);
// Enlarges the weights' scales where the bias would not fit in half of int32.
void widen_for_bias(Form& weights, const Form& input, const Tensor& bias);

// The elements of a float32 constant in another form, as the file stores them.
Bytes convert_constant(const Tensor& constant, const Form& form);
Range range_of(const Tensor& constant);

}  // namespace litewright
