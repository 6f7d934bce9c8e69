#include "ops/lstm_layer.h"

#include <algorithm>
#include <cmath>

namespace litewright {
namespace {

constexpr float kVarianceFloor = 1e-8f;

void normalize(int64_t n, float* x) {
  float sum = 0, squares = 0;
  for (int64_t j = 0; j < n; ++j) sum += x[j];
  const float mean = sum / static_cast<float>(n);
  for (int64_t j = 0; j < n; ++j) squares += (x[j] - mean) * (x[j] - mean);
  const float inverse = 1.0f / std::sqrt(squares / static_cast<float>(n) + kVarianceFloor);
  for (int64_t j = 0; j < n; ++j) x[j] = (x[j] - mean) * inverse;
}

void clip(int64_t n, float limit, float* x) {
  if (!(limit > 0)) return;
  for (int64_t j = 0; j < n; ++j) x[j] = std::min(std::max(x[j], -limit), limit);
}

}  // namespace

LstmLayer::LstmLayer(PrepareContext& c, const LstmOperands& o, const LstmParams& params)
    : operands_(o), params_(params), sizes_(check_lstm(c, o, params)) {
  ops_ = recurrent_ops_variants().best(recurrent_isa(c));
  const LstmSizes& s = sizes_;
  const int first = s.coupled ? 1 : 0;
  std::vector<int> weights, aux, biases, dense;
  for (int gate = first; gate < 4; ++gate) {
    weights.push_back(o.weights[gate]);
    if (s.aux) aux.push_back(o.aux_weights[gate]);
    biases.push_back(o.bias[gate]);
    if (c.input_shape(o.recurrent[gate]).size() == 2) {
      dense.push_back(gate);
    } else {
      diagonal_.push_back({constant_floats(c, o.recurrent[gate]), (gate - first) * s.cell});
    }
    if (s.peephole && o.peephole[gate] >= 0) peephole_[gate] = constant_floats(c, o.peephole[gate]);
    if (s.norm) {
      norm_[gate] = constant_floats(c, o.norm[gate]);
      bias_[gate] = constant_floats(c, o.bias[gate]);
    }
  }
  sequence_ = RecurrentSequence(c, o.input, weights, s.norm ? std::vector<int>{} : biases, o.aux_input, aux,
                                params.time_major, params.asymmetric);
  if (diagonal_.empty()) {
    std::vector<int> all;
    for (int gate : dense) all.push_back(o.recurrent[gate]);
    recurrent_.push_back({RecurrentProduct(c, all, {}, params.asymmetric, s.batch), 0});
  } else {
    for (int gate : dense) {
      recurrent_.push_back({RecurrentProduct(c, {o.recurrent[gate]}, {}, params.asymmetric, s.batch),
                            (gate - first) * s.cell});
    }
  }
  if (s.projection) {
    const bool bias = o.projection_bias >= 0 && c.has_input(o.projection_bias);
    projection_ =
        RecurrentProduct(c, {o.projection}, bias ? std::vector<int>{o.projection_bias} : std::vector<int>{},
                         params.asymmetric, s.batch);
    hidden_ = c.add_scratch(static_cast<size_t>(s.batch * s.cell) * sizeof(float));
  }
}

// The rest of a gate that the fused cell does not do, up to its activation.
void LstmLayer::finish_gate(int gate, float* row, const float* cell) const {
  const int64_t n = sizes_.cell;
  if (!peephole_[gate].empty()) {
    for (int64_t j = 0; j < n; ++j) row[j] += peephole_[gate][j] * cell[j];
  }
  if (sizes_.norm) {
    normalize(n, row);
    for (int64_t j = 0; j < n; ++j) row[j] = row[j] * norm_[gate][j] + bias_[gate][j];
  }
  if (gate == 2) {
    apply_recurrent_activation(params_.activation, ops_, n, row);
  } else {
    ops_.sigmoid(n, row);
  }
}

// One step of all sequences: their rows of gates, `gates_stride` apart, hold W x + b. `hidden` gets the new
// output state, or what is to be projected.
void LstmLayer::step(RunContext& c, float* gates, int64_t gates_stride, float* hidden) const {
  const LstmSizes& s = sizes_;
  float* state = c.variable<float>(operands_.output_state);
  for (const Recurrent& part : recurrent_) {
    part.product.accumulate(c, s.batch, state, s.output, gates + part.column, gates_stride);
  }
  for (int64_t b = 0; b < s.batch; ++b) {
    float* row = gates + b * gates_stride;
    for (const Diagonal& part : diagonal_) {
      for (int64_t j = 0; j < s.cell; ++j) row[part.column + j] += part.weights[j] * state[b * s.output + j];
    }
    float* i = s.coupled ? nullptr : row;
    float* f = s.coupled ? row : row + s.cell;
    float *g = f + s.cell, *o = g + s.cell;
    float* cell = c.variable<float>(operands_.cell_state) + b * s.cell;
    float* h = hidden + b * s.cell;
    if (!s.peephole && !s.norm && params_.activation == Activation::kTanh) {
      ops_.lstm_cell(s.cell, i, f, g, o, params_.cell_clip, cell, h);
      continue;
    }
    if (i != nullptr) finish_gate(0, i, cell);
    finish_gate(1, f, cell);
    finish_gate(2, g, cell);
    for (int64_t j = 0; j < s.cell; ++j) {
      cell[j] = f[j] * cell[j] + (i != nullptr ? i[j] : 1.0f - f[j]) * g[j];
    }
    clip(s.cell, params_.cell_clip, cell);
    finish_gate(3, o, cell);
    std::copy_n(cell, s.cell, h);
    apply_recurrent_activation(params_.activation, ops_, s.cell, h);
    for (int64_t j = 0; j < s.cell; ++j) h[j] *= o[j];
  }
}

void LstmLayer::run(RunContext& c, bool backward, float* out, int64_t out_stride) const {
  const LstmSizes& s = sizes_;
  float* state = c.variable<float>(operands_.output_state);
  float* hidden = s.projection ? c.scratch<float>(hidden_) : state;
  sequence_.run(c, backward, state, s.output, out, out_stride, [&](float* gates, int64_t stride) {
    step(c, gates, stride, hidden);
    if (!s.projection) return;
    projection_.assign(c, s.batch, hidden, s.cell, state, s.output);
    clip(s.batch * s.output, params_.proj_clip, state);
  });
}

}  // namespace litewright
