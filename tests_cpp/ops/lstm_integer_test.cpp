#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "ops/fixed_point_math16.h"
#include "tests_cpp/ops/graph_runner.h"
#include "tests_cpp/ops/recurrent_models.h"

namespace litewright::testing {
namespace {

TEST(FixedPointMath16, IsNearTheRealFunctions) {
  for (int x = -32768; x < 32768; ++x) {
    const auto stored = static_cast<int16_t>(x);
    ASSERT_NEAR(fixed_logistic16(stored) / 32768.0, sigmoid(x / 4096.0), 0.001) << x;
    for (int bits = 0; bits <= 4; ++bits) {
      ASSERT_NEAR(fixed_tanh16(stored, bits) / 32768.0, std::tanh(std::ldexp(x, bits - 15)), 0.001) << x;
    }
    ASSERT_EQ(fixed_logistic16_table()[x + 32768], fixed_logistic16(stored));
    ASSERT_EQ(fixed_tanh16_table(3)[x + 32768], fixed_tanh16(stored, 3));
  }
}

TEST(FixedPointMath16, InverseSqrtScalesTo31Bits) {
  for (const int32_t x : {2, 3, 4, 17, 1000, 65536, 123456789, 2147483647}) {
    const InverseSqrt inverse = fixed_inverse_sqrt(x);
    EXPECT_NEAR(std::ldexp(inverse.multiplier, inverse.shift - 31) * std::sqrt(x), 1.0, 1e-4) << x;
  }
}

constexpr float kInputScale = 1.0f / 64, kOutputScale = 1.0f / 128;

// The float model as int8: activations in `kInputScale` and `kOutputScale`, the cell state in 2^-11.
Graph integer_graph(const LstmCase& t, const LstmWeights& v) {
  Graph graph;
  GraphBuilder b(graph);
  const TensorId x = b.input("x", DType::kInt8, {t.batch, t.time, t.inputs});
  b.tensor(x).quantization = per_tensor(kInputScale, 3);
  std::vector<TensorId> operands = {x};
  const auto optional = [&](const std::vector<float>& values, const Shape& shape) {
    return values.empty() ? kNoTensor : weights(b, values, shape, true);
  };
  const auto integers = [&](const std::vector<float>& values, float scale) {
    if (values.empty()) return kNoTensor;
    std::vector<int32_t> stored;
    for (float value : values) stored.push_back(static_cast<int32_t>(std::round(value / scale)));
    const TensorId id = b.constant(stored, {static_cast<int32_t>(values.size())});
    b.tensor(id).quantization = per_tensor(scale);
    return id;
  };
  const auto int16s = [&](const std::vector<float>& values) {
    if (values.empty()) return kNoTensor;
    std::vector<int16_t> stored;
    for (float value : values) stored.push_back(static_cast<int16_t>(std::round(value * 16384)));
    const TensorId id = b.constant(stored, {static_cast<int32_t>(values.size())});
    b.tensor(id).quantization = per_tensor(1.0f / 16384);
    return id;
  };
  for (int g = 0; g < 4; ++g) operands.push_back(optional(v.w[g], {t.cells, t.inputs}));
  for (int g = 0; g < 4; ++g) operands.push_back(optional(v.r[g], {t.cells, t.outputs()}));
  for (int g : {0, 1, 3}) operands.push_back(int16s(v.p[g]));
  for (int g = 0; g < 4; ++g) {
    const float scale = v.b[g].empty() ? 0 : b.tensor(operands[1 + g]).quantization.scale[0] * kInputScale;
    operands.push_back(integers(v.b[g], t.norm ? 1.0f / 16384 / 1024 : scale));
  }
  operands.push_back(optional(v.projection, {t.outputs(), t.cells}));
  operands.push_back(
      t.projection ? integers(v.projection_bias, b.tensor(operands[16]).quantization.scale[0] * kOutputScale)
                   : kNoTensor);
  operands.push_back(b.variable("h", DType::kInt8, {t.batch, t.outputs()}));
  b.tensor(operands.back()).quantization = per_tensor(kOutputScale, -4);
  operands.push_back(b.variable("c", DType::kInt16, {t.batch, t.cells}));
  b.tensor(operands.back()).quantization = per_tensor(1.0f / 2048);
  for (int g = 0; g < 4; ++g) operands.push_back(int16s(v.k[g]));
  Operator op;
  op.code = BuiltinOp::kUnidirectionalSequenceLstm;
  op.inputs = operands;
  op.options = UnidirectionalSequenceLSTMOptions{.fused_activation_function = Activation::kTanh,
                                                 .cell_clip = t.cell_clip};
  for (int i = 0; i < 5; ++i) {
    Tensor intermediate{.name = "intermediate", .dtype = i < 4 ? DType::kInt16 : DType::kInt8, .shape = {0}};
    intermediate.quantization = i < 4 ? per_tensor(1.0f / 4096) : per_tensor(kOutputScale, -4);
    b.subgraph().tensors.push_back(intermediate);
    op.intermediates.push_back(static_cast<TensorId>(b.subgraph().tensors.size()) - 1);
  }
  b.set_outputs(b.add_declared(op, {{.name = "y",
                                     .dtype = DType::kInt8,
                                     .shape = {t.batch, t.time, t.outputs()},
                                     .quantization = per_tensor(kOutputScale, -4)}}));
  return graph;
}

class IntegerLstm : public ::testing::TestWithParam<LstmCase> {};

TEST_P(IntegerLstm, IsNearTheFloatModelAndTheSameOnEveryLevel) {
  const LstmCase& t = GetParam();
  const LstmWeights weights(t, 21);
  const auto stored = Random(22).integers<int8_t>(t.batch * t.time * t.inputs, -60, 66);
  std::vector<float> x;
  for (int8_t value : stored) x.push_back((value - 3) * kInputScale);
  const std::vector<double> want = lstm_in_double(t, weights, x);
  std::vector<int8_t> reference;
  for (int level = -1; level <= static_cast<int>(detect_isa()); ++level) {
    InterpreterOptions options;
    options.reference = level < 0;
    options.isa = static_cast<Isa>(std::max(level, 0));
    GraphRunner model(integer_graph(t, weights), options);
    model.set(stored);
    model.invoke();
    const auto got = model.get<int8_t>();
    if (level < 0) reference = got;
    EXPECT_EQ(got, reference) << "level " << level;
    std::vector<double> real;
    for (int8_t value : got) real.push_back((value + 4) * kOutputScale);
    expect_near(real, want, t.norm ? 0.08 : 0.03);
  }
}

INSTANTIATE_TEST_SUITE_P(Forms, IntegerLstm,
                         ::testing::Values(LstmCase{.name = "Plain"},
                                           LstmCase{.name = "Coupled", .coupled = true},
                                           LstmCase{.name = "Peephole", .peephole = true},
                                           LstmCase{.name = "Projection", .projection = true},
                                           LstmCase{.name = "Norm", .norm = true, .cells = 16},
                                           LstmCase{.name = "Clip", .cell_clip = 0.3f},
                                           LstmCase{.name = "Wide", .inputs = 40, .cells = 33}),
                         [](const auto& info) { return info.param.name; });

TEST(IntegerLstm, DemandsItsScales) {
  const LstmCase t = {.name = ""};
  const LstmWeights weights(t, 23);
  const auto message = [](const Graph& graph) {
    try {
      GraphRunner(graph).invoke();
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  Graph graph = integer_graph(t, weights);
  graph.main().operators[0].intermediates.pop_back();
  EXPECT_THAT(message(graph), ::testing::HasSubstr("5 intermediate tensors"));
  graph = integer_graph(t, weights);
  graph.main().tensors[graph.main().operators[0].inputs[19]].quantization.scale = {0.001f};
  EXPECT_THAT(message(graph), ::testing::HasSubstr("power of two"));
  graph = integer_graph(t, weights);
  graph.main().tensors[graph.main().operators[0].intermediates[4]].quantization = {};
  EXPECT_THAT(message(graph), ::testing::HasSubstr("needs one positive scale"));
}

}  // namespace
}  // namespace litewright::testing
