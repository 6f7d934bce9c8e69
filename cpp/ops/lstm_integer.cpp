#include "ops/lstm_integer.h"

#include <algorithm>
#include <cmath>

#include "ops/fixed_point.h"
#include "ops/fixed_point_math16.h"
#include "runtime/aligned_buffer.h"

namespace litewright {
namespace {

constexpr float kGateScale = 1.0f / 4096;  // gates have three integer bits

int16_t saturate16(int32_t x) { return static_cast<int16_t>(std::clamp<int32_t>(x, -32768, 32767)); }
int8_t saturate8(int32_t x) { return static_cast<int8_t>(std::clamp<int32_t>(x, -128, 127)); }

FixedScale fixed_scale(QuantizedMultiplier m) {
  return {m.multiplier, std::max(m.shift, 0), std::max(-m.shift, 0)};
}

float scale_of(const PrepareContext& c, int operand) {
  return per_tensor_quantization(*c.input(operand).tensor).scale;
}

// int8 rows times int8 weights, with a bias: exact sums.
class Int8Product {
 public:
  Int8Product() = default;
  // The operands `weights` side by side; sums are of (x - zero) * w + bias. `biases` may be empty.
  Int8Product(PrepareContext& c, const std::vector<int>& weights, const std::vector<int>& biases,
              int32_t zero, int64_t rows)
      : kernel_(int_gemm_kernels().best(recurrent_isa(c))),
        row_ops_(row_ops_variants().best(recurrent_isa(c))),
        depth_(c.input_shape(weights[0])[1]) {
    std::vector<int8_t> all;
    std::vector<int32_t> bias;
    for (size_t p = 0; p < weights.size(); ++p) {
      const auto from = c.values<int8_t>(weights[p]);
      all.insert(all.end(), from.begin(), from.end());
      columns_ += c.input_shape(weights[p])[0];
      if (biases.empty()) continue;
      const auto values = c.values<int32_t>(biases[p]);
      bias.insert(bias.end(), values.begin(), values.end());
    }
    packed_.reserve(static_cast<size_t>(int_gemm_packed_size(kernel_, columns_, depth_)));
    int_gemm_pack(kernel_, columns_, depth_, all.data(), depth_, 1, bias.empty() ? nullptr : bias.data(),
                  zero, reinterpret_cast<int8_t*>(packed_.data()), nullptr);
    rows_ = c.add_scratch(static_cast<size_t>(rows * kernel_.row_bytes(depth_)));
    sums_ = c.add_scratch(static_cast<size_t>(rows * columns_) * sizeof(int32_t));
  }
  int64_t columns() const { return columns_; }
  // Row r of x starts at x + r * x_stride; the sums lie one row after the other.
  const int32_t* run(RunContext& c, int64_t rows, const int8_t* x, int64_t x_stride) const {
    const int64_t row_bytes = kernel_.row_bytes(depth_);
    uint8_t* a = c.scratch<uint8_t>(rows_);
    for (int64_t r = 0; r < rows; ++r) {
      copy_int8_row(kernel_, row_ops_, depth_, x + r * x_stride, a + r * row_bytes);
    }
    int32_t* sums = c.scratch<int32_t>(sums_);
    kernel_.multiply(rows, columns_, depth_, a, row_bytes, reinterpret_cast<const int8_t*>(packed_.data()),
                     sums, columns_);
    return sums;
  }

 private:
  IntGemmKernel kernel_ = {};
  RowOps row_ops_ = {};
  int64_t columns_ = 0, depth_ = 0;
  AlignedBuffer packed_;
  int rows_ = -1, sums_ = -1;
};

struct Gate {
  QuantizedMultiplier input, recurrent, peephole, norm;
  std::vector<int16_t> peephole_weights, norm_weights;
  std::vector<int32_t> bias;  // with layer normalization
  int32_t least_variance = 1;
};

class IntegerLstm {
 public:
  IntegerLstm(PrepareContext& c, const LstmOperands& operands, const LstmParams& params);
  void run(RunContext& c) const;

 private:
  void normalize(const Gate& gate, int16_t* row) const;
  void finish_gate(int index, const int32_t* input, const int32_t* recurrent, const int16_t* cell,
                   int16_t* row) const;
  void step(RunContext& c, const int8_t* x, int64_t x_stride) const;

  LstmOperands operands_;
  LstmSizes sizes_;
  RecurrentOps ops_;
  Int8Product input_, recurrent_, projection_;
  Gate gates_[4];
  int cell_log2_ = 0;
  int16_t cell_clip_ = 0;
  int8_t proj_clip_ = 0;
  QuantizedMultiplier hidden_, proj_;
  int32_t hidden_zero_ = 0, output_zero_ = 0;
  const int16_t *logistic_ = nullptr, *tanh_gate_ = nullptr, *tanh_cell_ = nullptr;
  int rows_ = -1, projected_ = -1;  // scratch
};

IntegerLstm::IntegerLstm(PrepareContext& c, const LstmOperands& o, const LstmParams& params)
    : operands_(o), sizes_(check_lstm(c, o, params)), ops_(recurrent_ops_variants().best(recurrent_isa(c))) {
  const LstmSizes& s = sizes_;
  if (c.op().intermediates.size() != 5) c.fail("the integer LSTM has 5 intermediate tensors");
  const ScaleZero input = per_tensor_quantization(*c.input(o.input).tensor);
  const ScaleZero state = per_tensor_quantization(*c.input(o.output_state).tensor);
  const ScaleZero hidden = per_tensor_quantization(c.intermediate(4));
  const float cell_scale = scale_of(c, o.cell_state);
  cell_log2_ = static_cast<int>(std::lround(std::log2(cell_scale)));
  if (std::abs(std::log2(cell_scale) - static_cast<float>(cell_log2_)) > 1e-3f || cell_log2_ < -15 ||
      cell_log2_ > -9) {
    c.fail("the cell state's scale is ", cell_scale, "; it should be a power of two from 2^-15 to 2^-9");
  }
  if (params.cell_clip > 0)
    cell_clip_ = static_cast<int16_t>(std::min(params.cell_clip / cell_scale, 32767.0f));
  if (params.proj_clip > 0) {
    const float scale = per_tensor_quantization(*c.output(0).tensor).scale;
    proj_clip_ = static_cast<int8_t>(std::min(params.proj_clip / scale, 127.0f));
  }
  std::vector<int> weights, recurrent, biases;
  for (int g = s.coupled ? 1 : 0; g < 4; ++g) {
    Gate& gate = gates_[g];
    const float scale = s.norm ? per_tensor_quantization(c.intermediate(g)).scale : kGateScale;
    gate.input = quantize_multiplier(scale_of(c, o.weights[g]) * input.scale / scale);
    gate.recurrent = quantize_multiplier(scale_of(c, o.recurrent[g]) * state.scale / scale);
    if (s.peephole && o.peephole[g] >= 0) {
      gate.peephole = quantize_multiplier(
          static_cast<float>(std::ldexp(1.0, cell_log2_) * scale_of(c, o.peephole[g]) / scale));
      const auto values = c.values<int16_t>(o.peephole[g]);
      gate.peephole_weights.assign(values.begin(), values.end());
    }
    if (s.norm) {
      const float norm = scale_of(c, o.norm[g]);
      gate.norm = quantize_multiplier(norm);
      gate.norm.shift += 12;
      if (gate.norm.shift > 30) c.fail(c.describe_input(o.norm[g]), " has the scale ", norm);
      gate.least_variance = std::max(1, static_cast<int32_t>(std::min(10000 * norm, 1e9f)));
      const auto values = c.values<int16_t>(o.norm[g]);
      gate.norm_weights.assign(values.begin(), values.end());
      const auto bias = c.values<int32_t>(o.bias[g]);
      gate.bias.assign(bias.begin(), bias.end());
    }
    weights.push_back(o.weights[g]);
    recurrent.push_back(o.recurrent[g]);
    biases.push_back(o.bias[g]);
  }
  input_ = Int8Product(c, weights, s.norm ? std::vector<int>{} : biases, input.zero, s.batch);
  recurrent_ = Int8Product(c, recurrent, {}, state.zero, s.batch);
  hidden_ = quantize_multiplier(static_cast<float>(std::ldexp(std::ldexp(1.0, -15) / hidden.scale, -15)));
  hidden_zero_ = hidden.zero;
  output_zero_ = state.zero;
  if (s.projection) {
    const bool bias = o.projection_bias >= 0 && c.has_input(o.projection_bias);
    // Hidden values are stored with the negated zero point.
    projection_ =
        Int8Product(c, {o.projection}, bias ? std::vector<int>{o.projection_bias} : std::vector<int>{},
                    -hidden.zero, s.batch);
    proj_ = quantize_multiplier(scale_of(c, o.projection) * hidden.scale / state.scale);
    projected_ = c.add_scratch(static_cast<size_t>(s.batch * s.cell));
  }
  logistic_ = fixed_logistic16_table();
  tanh_gate_ = fixed_tanh16_table(3);
  tanh_cell_ = fixed_tanh16_table(15 + cell_log2_);
  rows_ = c.add_scratch(static_cast<size_t>(4 * s.cell) * sizeof(int16_t));
}

void IntegerLstm::normalize(const Gate& gate, int16_t* row) const {
  const int64_t n = sizes_.cell;
  int64_t sum = 0, squares = 0;
  for (int64_t j = 0; j < n; ++j) {
    sum += row[j];
    squares += int32_t{row[j]} * row[j];
  }
  const auto mean = static_cast<int32_t>(sum * 1024 / n);
  const int64_t variance = squares * ((1 << 20) / n) - int64_t{mean} * mean;
  const auto whole = static_cast<int32_t>(variance / (1 << 20));
  const InverseSqrt inverse = fixed_inverse_sqrt(whole < 1 ? gate.least_variance : whole);
  for (int64_t j = 0; j < n; ++j) {
    const int32_t rescaled =
        multiply_by_quantized_multiplier(1024 * int32_t{row[j]} - mean, {inverse.multiplier, inverse.shift});
    const auto product = static_cast<int32_t>(int64_t{rescaled} * gate.norm_weights[j] + gate.bias[j]);
    const int32_t scaled = static_cast<int32_t>((int64_t{product} + (product > 0 ? 512 : -512)) / 1024);
    row[j] = saturate16(multiply_by_quantized_multiplier(scaled, gate.norm));
  }
}

// From the sums of both products to the gate after its activation.
void IntegerLstm::finish_gate(int index, const int32_t* input, const int32_t* recurrent, const int16_t* cell,
                              int16_t* row) const {
  const Gate& gate = gates_[index];
  const int64_t n = sizes_.cell;
  ops_.rescale_gate(n, input, fixed_scale(gate.input), recurrent, fixed_scale(gate.recurrent), row);
  if (!gate.peephole_weights.empty()) {
    for (int64_t j = 0; j < std::min(n, sizes_.output); ++j) {
      row[j] = saturate16(
          multiply_by_quantized_multiplier(int32_t{gate.peephole_weights[j]} * cell[j], gate.peephole) +
          row[j]);
    }
  }
  if (sizes_.norm) normalize(gate, row);
  const int16_t* table = index == 2 ? tanh_gate_ : logistic_;
  for (int64_t j = 0; j < n; ++j) row[j] = table[row[j] + 32768];
}

void IntegerLstm::step(RunContext& c, const int8_t* x, int64_t x_stride) const {
  const LstmSizes& s = sizes_;
  int8_t* state = c.variable<int8_t>(operands_.output_state);
  const int32_t* input = input_.run(c, s.batch, x, x_stride);
  const int32_t* recurrent = recurrent_.run(c, s.batch, state, s.output);
  int16_t* i = c.scratch<int16_t>(rows_);
  int16_t *f = i + s.cell, *g = f + s.cell, *o = g + s.cell;
  for (int64_t b = 0; b < s.batch; ++b) {
    int16_t* cell = c.variable<int16_t>(operands_.cell_state) + b * s.cell;
    const auto gate = [&](int index, int16_t* row) {
      const int64_t at = b * input_.columns() + (index - (s.coupled ? 1 : 0)) * s.cell;
      finish_gate(index, input + at, recurrent + at, cell, row);
    };
    if (!s.coupled) gate(0, i);
    gate(1, f);
    gate(2, g);
    for (int64_t j = 0; s.coupled && j < s.cell; ++j) i[j] = static_cast<int16_t>(32767 - f[j]);
    ops_.integer_cell(s.cell, i, f, g, 30 + cell_log2_, cell);
    for (int64_t j = 0; cell_clip_ > 0 && j < s.cell; ++j) {
      cell[j] = std::clamp<int16_t>(cell[j], static_cast<int16_t>(-cell_clip_), cell_clip_);
    }
    gate(3, o);
    int8_t* hidden = s.projection ? c.scratch<int8_t>(projected_) + b * s.cell : state + b * s.output;
    const int32_t zero = s.projection ? -hidden_zero_ : hidden_zero_;
    for (int64_t j = 0; j < s.cell; ++j) g[j] = tanh_cell_[cell[j] + 32768];
    ops_.integer_hidden(s.cell, o, g, fixed_scale(hidden_), zero, hidden);
  }
  if (!s.projection) return;
  const int32_t* sums = projection_.run(c, s.batch, c.scratch<int8_t>(projected_), s.cell);
  for (int64_t k = 0; k < s.batch * s.output; ++k) {
    state[k] = saturate8(multiply_by_quantized_multiplier(sums[k], proj_) + output_zero_);
    if (proj_clip_ > 0) state[k] = std::clamp<int8_t>(state[k], static_cast<int8_t>(-proj_clip_), proj_clip_);
  }
}

void IntegerLstm::run(RunContext& c) const {
  const LstmSizes& s = sizes_;
  const int8_t* x = c.in<int8_t>(operands_.input);
  const int8_t* state = c.variable<int8_t>(operands_.output_state);
  int8_t* out = c.out<int8_t>(0);
  const int64_t stride = s.time_major ? 1 : s.time;  // rows from one sequence to the next
  for (int64_t t = 0; t < s.time; ++t) {
    const int64_t first = s.time_major ? t * s.batch : t;
    step(c, x + first * s.inputs, stride * s.inputs);
    for (int64_t b = 0; b < s.batch; ++b) {
      std::copy_n(state + b * s.output, s.output, out + (first + b * stride) * s.output);
    }
  }
}

}  // namespace

Kernel prepare_integer_lstm(PrepareContext& c, const LstmOperands& operands, const LstmParams& params) {
  const auto layer = std::make_shared<const IntegerLstm>(c, operands, params);
  return [layer](RunContext& r) {
    layer->run(r);
    return Status();
  };
}

}  // namespace litewright
