// Recurrent models with random weights for tests, and what they compute in double precision.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "graph/builder.h"
#include "ops/option_structs.h"
#include "tests_cpp/kernels/random.h"
#include "tests_cpp/ops/op_tester.h"

namespace litewright::testing {

inline double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

// y = W x; W is [rows, x.size()].
inline std::vector<double> times(const std::vector<float>& w, const std::vector<double>& x) {
  std::vector<double> y(w.size() / x.size());
  for (size_t r = 0; r < y.size(); ++r) {
    for (size_t k = 0; k < x.size(); ++k) y[r] += w[r * x.size() + k] * x[k];
  }
  return y;
}

struct LstmCase {
  std::string name;
  bool coupled = false, peephole = false, projection = false, norm = false, diagonal = false;
  bool time_major = false, hybrid = false, asymmetric = false;
  float cell_clip = 0, proj_clip = 0;
  int batch = 2, time = 5, inputs = 6, cells = 7;
  Activation activation = Activation::kTanh;
  int outputs() const { return projection ? cells - 2 : cells; }
};
inline void PrintTo(const LstmCase& test, std::ostream* out) { *out << test.name; }

struct LstmWeights {
  std::vector<float> w[4], r[4], p[4], b[4], k[4], projection, projection_bias;

  LstmWeights(const LstmCase& t, uint32_t seed) {
    Random random(seed);
    for (int g = t.coupled ? 1 : 0; g < 4; ++g) {
      w[g] = random.reals(t.cells * t.inputs, -0.7f, 0.7f);
      r[g] = random.reals(t.diagonal ? t.cells : t.cells * t.outputs(), -0.7f, 0.7f);
      if (t.peephole && g != 2) p[g] = random.reals(t.cells, -0.7f, 0.7f);
      b[g] = random.reals(t.cells, -0.5f, 0.5f);
      if (t.norm) k[g] = random.reals(t.cells, 0.5f, 1.5f);
    }
    if (t.projection) {
      projection = random.reals(t.outputs() * t.cells, -0.7f, 0.7f);
      projection_bias = random.reals(t.outputs(), -0.2f, 0.2f);
    }
  }
};

// The outputs [batch][time][outputs] for x [batch][time][inputs], from a zero state.
inline std::vector<double> lstm_in_double(const LstmCase& t, const LstmWeights& v,
                                          const std::vector<float>& x, bool backward = false) {
  std::vector<double> y(t.batch * t.time * t.outputs());
  for (int b = 0; b < t.batch; ++b) {
    std::vector<double> h(t.outputs()), c(t.cells);
    for (int step = 0; step < t.time; ++step) {
      const int at = b * t.time + (backward ? t.time - 1 - step : step);
      const std::vector<double> in(x.begin() + at * t.inputs, x.begin() + (at + 1) * t.inputs);
      const auto gate = [&](int g) {
        std::vector<double> z = times(v.w[g], in);
        const std::vector<double> r = t.diagonal ? h : times(v.r[g], h);
        double sum = 0, squares = 0;
        for (int j = 0; j < t.cells; ++j) {
          z[j] += (t.diagonal ? v.r[g][j] : 1.0) * r[j] + (v.p[g].empty() ? 0 : v.p[g][j] * c[j]);
          sum += z[j];
        }
        for (int j = 0; j < t.cells; ++j) squares += (z[j] - sum / t.cells) * (z[j] - sum / t.cells);
        for (int j = 0; j < t.cells; ++j) {
          if (t.norm) z[j] = (z[j] - sum / t.cells) / std::sqrt(squares / t.cells + 1e-8) * v.k[g][j];
          z[j] += v.b[g][j];
          if (g != 2) z[j] = sigmoid(z[j]);
          if (g == 2) z[j] = t.activation == Activation::kTanh ? std::tanh(z[j]) : std::max(z[j], 0.0);
        }
        return z;
      };
      const std::vector<double> f = gate(1), g = gate(2), i = t.coupled ? f : gate(0);
      for (int j = 0; j < t.cells; ++j) {
        c[j] = f[j] * c[j] + (t.coupled ? 1 - f[j] : i[j]) * g[j];
        if (t.cell_clip > 0) c[j] = std::clamp<double>(c[j], -t.cell_clip, t.cell_clip);
      }
      std::vector<double> out = gate(3);
      for (int j = 0; j < t.cells; ++j) {
        out[j] *= t.activation == Activation::kTanh ? std::tanh(c[j]) : std::max(c[j], 0.0);
      }
      h = out;
      if (t.projection) {
        h = times(v.projection, out);
        for (int j = 0; j < t.outputs(); ++j) {
          h[j] += v.projection_bias[j];
          if (t.proj_clip > 0) h[j] = std::clamp<double>(h[j], -t.proj_clip, t.proj_clip);
        }
      }
      std::copy(h.begin(), h.end(), y.begin() + at * t.outputs());
    }
  }
  return y;
}

// [batch][time][n] as [time][batch][n]: what a time-major model reads and writes.
template <class T>
std::vector<T> swap_batch_and_time(const std::vector<T>& x, int batch, int time) {
  const int n = static_cast<int>(x.size()) / (batch * time);
  std::vector<T> y(x.size());
  for (int b = 0; b < batch; ++b) {
    for (int t = 0; t < time; ++t) {
      std::copy_n(x.begin() + (b * time + t) * n, n, y.begin() + (t * batch + b) * n);
    }
  }
  return y;
}

// A constant of weights: float32, or int8 with the scale that fits.
inline TensorId weights(GraphBuilder& b, const std::vector<float>& values, const Shape& shape, bool int8) {
  if (!int8) return b.constant(values, shape);
  float largest = 1e-6f;
  for (float value : values) largest = std::max(largest, std::abs(value));
  std::vector<int8_t> stored;
  for (float value : values) stored.push_back(static_cast<int8_t>(std::round(value * 127 / largest)));
  const TensorId id = b.constant(stored, shape);
  b.tensor(id).quantization = per_tensor(largest / 127);
  return id;
}

// The operands 1 to 17 of an LSTM.
inline void add_lstm_operands(GraphBuilder& b, const LstmCase& t, const LstmWeights& v,
                              std::vector<TensorId>& operands) {
  const auto optional = [&](const std::vector<float>& values, const Shape& shape, bool int8) {
    return values.empty() ? kNoTensor : weights(b, values, shape, int8);
  };
  for (int g = 0; g < 4; ++g) operands.push_back(optional(v.w[g], {t.cells, t.inputs}, t.hybrid));
  for (int g = 0; g < 4; ++g) {
    operands.push_back(t.diagonal ? optional(v.r[g], {t.cells}, false)
                                  : optional(v.r[g], {t.cells, t.outputs()}, t.hybrid));
  }
  for (int g : {0, 1, 3}) operands.push_back(optional(v.p[g], {t.cells}, t.hybrid));
  for (int g = 0; g < 4; ++g) operands.push_back(optional(v.b[g], {t.cells}, false));
  operands.push_back(optional(v.projection, {t.outputs(), t.cells}, t.hybrid));
  operands.push_back(optional(v.projection_bias, {t.outputs()}, false));
}

inline Graph lstm_graph(const LstmCase& t, const LstmWeights& v) {
  Graph graph;
  GraphBuilder b(graph);
  const TensorId x =
      b.input("x", DType::kFloat32,
              t.time_major ? Shape{t.time, t.batch, t.inputs} : Shape{t.batch, t.time, t.inputs});
  std::vector<TensorId> operands = {x};
  add_lstm_operands(b, t, v, operands);
  operands.push_back(b.variable("h", DType::kFloat32, {t.batch, t.outputs()}));
  operands.push_back(b.variable("c", DType::kFloat32, {t.batch, t.cells}));
  for (int g = 0; g < 4; ++g) {
    operands.push_back(v.k[g].empty() ? kNoTensor : weights(b, v.k[g], {t.cells}, false));
  }
  const UnidirectionalSequenceLSTMOptions options = {.fused_activation_function = t.activation,
                                                     .cell_clip = t.cell_clip,
                                                     .proj_clip = t.proj_clip,
                                                     .time_major = t.time_major,
                                                     .asymmetric_quantize_inputs = t.asymmetric};
  b.set_outputs({b.add(BuiltinOp::kUnidirectionalSequenceLstm, operands, options)});
  return graph;
}

template <class T, class U>
void expect_near(const std::vector<T>& got, const std::vector<U>& want, double tolerance) {
  ASSERT_EQ(got.size(), want.size());
  for (size_t i = 0; i < got.size(); ++i) ASSERT_NEAR(got[i], want[i], tolerance) << "element " << i;
}

}  // namespace litewright::testing
