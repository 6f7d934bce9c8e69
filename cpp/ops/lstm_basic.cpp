#include "ops/lstm_basic.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "ops/fixed_point.h"
#include "ops/fixed_point_math16.h"

namespace litewright {
namespace {

enum Input { kData, kActivation, kWeights, kBias, kState };
enum Output { kNewActivation, kNewState, kConcatenation, kGates };

struct Sizes {
  int64_t batch, depth, units;
};
Sizes sizes_of(const NodeContext& c) {
  return {c.input_shape(kData)[0], c.input_shape(kData)[1], c.input_shape(kActivation)[1]};
}

float sigmoid(float x) { return 1.0f / (1.0f + std::exp(-x)); }

// [data, activation] of every sequence.
template <class T>
void concatenate(RunContext& c, const Sizes& s) {
  T* to = c.out<T>(kConcatenation);
  for (int64_t b = 0; b < s.batch; ++b) {
    to = std::copy_n(c.in<T>(kData) + b * s.depth, s.depth, to);
    to = std::copy_n(c.in<T>(kActivation) + b * s.units, s.units, to);
  }
}

Status run_float(RunContext& c, const Sizes& s) {
  concatenate<float>(c, s);
  const int64_t depth = s.depth + s.units, columns = 4 * s.units;
  for (int64_t b = 0; b < s.batch; ++b) {
    const float* x = c.out<float>(kConcatenation) + b * depth;
    float* gates = c.out<float>(kGates) + b * columns;
    for (int64_t n = 0; n < columns; ++n) {
      float sum = c.in<float>(kBias)[n];
      for (int64_t k = 0; k < depth; ++k) sum += c.in<float>(kWeights)[n * depth + k] * x[k];
      gates[n] = sum;
    }
    for (int64_t j = 0; j < s.units; ++j) {
      const float i = sigmoid(gates[j]), g = std::tanh(gates[s.units + j]);
      const float f = sigmoid(gates[2 * s.units + j]), o = sigmoid(gates[3 * s.units + j]);
      const float state = i * g + f * c.in<float>(kState)[b * s.units + j];
      c.out<float>(kNewState)[b * s.units + j] = state;
      c.out<float>(kNewActivation)[b * s.units + j] = o * std::tanh(state);
    }
  }
  return {};
}

// x * m, rounded twice like the matrix library behind the reference's cell: the shift rounds halves upward.
int32_t multiply_halves_upward(int32_t x, QuantizedMultiplier m) {
  const int right = m.shift > 0 ? 0 : -m.shift;
  const int64_t high =
      saturating_rounding_doubling_high_mul(shift_left_wrapping(x, m.shift + right), m.multiplier);
  return static_cast<int32_t>((high + ((int64_t{1} << right) >> 1)) >> right);
}

// Gates have three integer bits, the state four.
Status run_uint8(RunContext& c, const Sizes& s, int32_t weights_zero, QuantizedMultiplier multiplier) {
  concatenate<uint8_t>(c, s);
  const int64_t depth = s.depth + s.units, columns = 4 * s.units;
  const auto product = [](int16_t a, int16_t b) { return saturating_rounding_doubling_high_mul(a, b); };
  for (int64_t b = 0; b < s.batch; ++b) {
    const uint8_t* x = c.out<uint8_t>(kConcatenation) + b * depth;
    int16_t* gates = c.out<int16_t>(kGates) + b * columns;
    for (int64_t n = 0; n < columns; ++n) {
      int32_t sum = c.in<int32_t>(kBias)[n];
      for (int64_t k = 0; k < depth; ++k) {
        sum += (x[k] - 128) * (c.in<uint8_t>(kWeights)[n * depth + k] - weights_zero);
      }
      gates[n] =
          static_cast<int16_t>(std::clamp<int32_t>(multiply_halves_upward(sum, multiplier), -32768, 32767));
    }
    for (int64_t j = 0; j < s.units; ++j) {
      const int16_t i = fixed_logistic16(gates[j]), g = fixed_tanh16(gates[s.units + j], 3);
      const int16_t f = fixed_logistic16(gates[2 * s.units + j]),
                    o = fixed_logistic16(gates[3 * s.units + j]);
      const int32_t sum = rounding_divide_by_power_of_two<int16_t>(product(i, g), 4) +
                          product(f, c.in<int16_t>(kState)[b * s.units + j]);
      const auto state = static_cast<int16_t>(std::clamp<int32_t>(sum, -32768, 32767));
      c.out<int16_t>(kNewState)[b * s.units + j] = state;
      const auto state3 = static_cast<int16_t>(std::clamp<int32_t>(int32_t{state} * 2, -32768, 32767));
      const int16_t h = rounding_divide_by_power_of_two<int16_t>(product(o, fixed_tanh16(state3, 3)), 8);
      c.out<uint8_t>(kNewActivation)[b * s.units + j] =
          static_cast<uint8_t>(128 + std::clamp<int16_t>(h, -128, 127));
    }
  }
  return {};
}

}  // namespace

void infer_basic_lstm(InferContext& c) {
  if (c.num_inputs() != 5 || c.num_outputs() != 4) c.fail("the basic kernel has 5 inputs and 4 outputs");
  for (int i : {kData, kActivation, kState}) {
    if (c.input_shape(i).size() != 2) c.fail(c.describe_input(i), " should have 2 dimensions");
  }
  const int32_t batch = c.input_shape(kData)[0], units = c.input_shape(kActivation)[1];
  const int32_t depth = c.input_shape(kData)[1] + units;
  const bool is_float = c.input_dtype(kData) == DType::kFloat32;
  const DType data = is_float ? DType::kFloat32 : DType::kUInt8;
  const DType state = is_float ? DType::kFloat32 : DType::kInt16;
  const DType bias = is_float ? DType::kFloat32 : DType::kInt32;
  const auto require = [&](int i, DType dtype, const Shape& shape) {
    if (c.input_dtype(i) == dtype && c.input_shape(i) == shape) return;
    c.fail(c.describe_input(i), " should be ", dtype_name(dtype), to_string(shape));
  };
  require(kData, data, {batch, depth - units});
  require(kActivation, data, {batch, units});
  require(kWeights, data, {4 * units, depth});
  require(kBias, bias, {4 * units});
  require(kState, state, {batch, units});
  c.set_output(kNewActivation, data, {batch, units});
  c.set_output(kNewState, state, {batch, units});
  c.set_output(kConcatenation, data, {batch, depth});
  c.set_output(kGates, state, {batch, 4 * units});
}

Kernel prepare_basic_lstm(PrepareContext& c) {
  for (int i = 0; i < 4; ++i) c.output(i);  // all of them serve as working memory
  const Sizes sizes = sizes_of(c);
  // The activation and state that came in are replaced by the new ones.
  const auto writable = [&](int i) { return !c.input(i).tensor->is_constant && !c.input(i).value_known; };
  const bool keep_activation = writable(kActivation), keep_state = writable(kState);
  const auto feed_back = [=](RunContext& r) {
    if (keep_activation) std::memcpy(r.variable<uint8_t>(kActivation), r.out<uint8_t>(0), r.output(0).bytes);
    if (keep_state) std::memcpy(r.variable<uint8_t>(kState), r.out<uint8_t>(1), r.output(1).bytes);
    return Status();
  };
  if (c.input_dtype(kData) == DType::kFloat32) {
    return [=](RunContext& r) { return run_float(r, sizes), feed_back(r); };
  }
  const double log2 = std::log2(per_tensor_quantization(*c.output(kNewState).tensor).scale);
  if (std::abs(log2 + 11) > 1e-3) c.fail("the state's scale should be 2^-11");
  const int32_t weights_zero = per_tensor_quantization(*c.input(kWeights).tensor).zero;
  const QuantizedMultiplier multiplier =
      quantize_multiplier(4096.0 * per_tensor_quantization(*c.input(kBias).tensor).scale);
  return [=](RunContext& r) { return run_uint8(r, sizes, weights_zero, multiplier), feed_back(r); };
}

}  // namespace litewright
