#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "core/error.h"
#include "tests_cpp/ops/graph_runner.h"
#include "tests_cpp/ops/recurrent_models.h"

namespace litewright::testing {
namespace {

class Lstm : public ::testing::TestWithParam<LstmCase> {};

TEST_P(Lstm, ComputesTheFormulasOnEveryLevel) {
  const LstmCase& t = GetParam();
  const LstmWeights weights(t, 3);
  Random random(4);
  const std::vector<float> x = random.reals(t.batch * t.time * t.inputs, -1, 1);
  std::vector<double> want = lstm_in_double(t, weights, x);
  std::vector<float> in = x;
  if (t.time_major) {
    in = swap_batch_and_time(in, t.batch, t.time);
    want = swap_batch_and_time(want, t.batch, t.time);
  }
  for (int level = -1; level <= static_cast<int>(detect_isa()); ++level) {
    SCOPED_TRACE(level < 0 ? "reference" : isa_name(static_cast<Isa>(level)));
    InterpreterOptions options;
    options.reference = level < 0;
    options.isa = static_cast<Isa>(std::max(level, 0));
    options.num_threads = 2;
    GraphRunner model(lstm_graph(t, weights), options);
    model.set(in);
    model.invoke();
    expect_near(model.get<float>(), want, t.hybrid ? 0.04 : 2e-6);
  }
}

std::vector<LstmCase> lstm_cases() {
  const auto hybrid = [](LstmCase test, bool asymmetric) {
    test.name += asymmetric ? "HybridAsymmetric" : "Hybrid";
    test.hybrid = true;
    test.asymmetric = asymmetric;
    return test;
  };
  std::vector<LstmCase> cases = {
      {.name = "Plain"},
      {.name = "TimeMajor", .time_major = true},
      {.name = "Coupled", .coupled = true},
      {.name = "Peephole", .peephole = true},
      {.name = "Projection", .projection = true, .proj_clip = 0.3f},
      {.name = "Norm", .norm = true},
      {.name = "Clip", .cell_clip = 0.2f},
      {.name = "Relu", .activation = Activation::kRelu},
      {.name = "All",
       .coupled = true,
       .peephole = true,
       .projection = true,
       .norm = true,
       .time_major = true},
      {.name = "Wide", .batch = 3, .time = 2, .inputs = 33, .cells = 65},
      {.name = "LongBatchMajor", .batch = 5, .time = 130, .inputs = 3, .cells = 4},
      {.name = "LongTimeMajor", .time_major = true, .batch = 5, .time = 130, .inputs = 3, .cells = 4},
      {.name = "ManySequences", .batch = 300, .time = 2, .inputs = 2, .cells = 3},
      {.name = "NoSteps", .time = 0},
  };
  const size_t plain = cases.size();
  for (size_t i = 0; i < plain; ++i) {
    for (const bool asymmetric : {false, true}) cases.push_back(hybrid(cases[i], asymmetric));
  }
  cases.push_back({.name = "Diagonal", .diagonal = true});
  cases.push_back(hybrid({.name = "DiagonalCoupled", .coupled = true, .diagonal = true}, true));
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Forms, Lstm, ::testing::ValuesIn(lstm_cases()),
                         [](const auto& info) { return info.param.name; });

TEST(UnidirectionalSequenceLstm, KeepsItsStateBetweenRuns) {
  const LstmCase whole = {.name = "", .time = 6}, half = {.name = "", .time = 3};
  const LstmWeights weights(whole, 7);
  const std::vector<float> x = Random(8).reals(whole.batch * whole.time * whole.inputs, -1, 1);
  const std::vector<float> in = swap_batch_and_time(x, whole.batch, whole.time);
  LstmCase t = half;
  t.time_major = true;
  GraphRunner model(lstm_graph(t, weights));
  std::vector<float> got;
  for (size_t part = 0; part < 2; ++part) {
    model.set(std::vector<float>(in.begin() + part * in.size() / 2, in.begin() + (part + 1) * in.size() / 2));
    model.invoke();
    const auto y = model.get<float>();
    got.insert(got.end(), y.begin(), y.end());
  }
  expect_near(got, swap_batch_and_time(lstm_in_double(whole, weights, x), whole.batch, whole.time), 2e-6);
  model.interpreter().reset_variables();
  model.set(std::vector<float>(in.begin(), in.begin() + in.size() / 2));
  model.invoke();
  expect_near(model.get<float>(), std::vector<float>(got.begin(), got.begin() + got.size() / 2), 0);
}

// A state that FILL writes follows the batch, and every run starts from zero.
TEST(UnidirectionalSequenceLstm, StateSetByAnOperatorFollowsTheBatch) {
  LstmCase t = {.name = "", .batch = 1};
  const LstmWeights weights(t, 9);
  Graph graph = lstm_graph(t, weights);
  Subgraph& main = graph.main();
  Operator lstm = main.operators[0];
  main.operators.clear();
  main.tensors[0].shape[0] = main.tensors[lstm.outputs[0]].shape[0] = -1;
  GraphBuilder b(graph);
  const TensorId shape = b.add(BuiltinOp::kShape, {0}, ShapeOptions{DType::kInt32});
  const TensorId batch =
      b.add(BuiltinOp::kStridedSlice, {shape, b.ints({0}), b.ints({1}), b.ints({1})}, StridedSliceOptions{});
  for (int state : {18, 19}) {
    const TensorId dims =
        b.add(BuiltinOp::kConcatenation, {batch, b.ints({t.cells})}, ConcatenationOptions{});
    Operator fill;
    fill.code = BuiltinOp::kFill;
    fill.inputs = {dims, b.scalar(0.0f)};
    fill.outputs = {lstm.inputs[state]};
    main.tensors[lstm.inputs[state]].shape[0] = -1;
    main.operators.push_back(fill);
  }
  main.operators.push_back(lstm);
  GraphRunner model(graph);
  for (const int n : {1, 3, 8, 1}) {
    t.batch = n;
    model.resize(0, {n, t.time, t.inputs});
    const std::vector<float> x = Random(n).reals(n * t.time * t.inputs, -1, 1);
    for (int run = 0; run < 2; ++run) {
      model.set(x);
      model.invoke();
      expect_near(model.get<float>(), lstm_in_double(t, weights, x), 2e-6);
    }
  }
}

TEST(LstmOperator, IsOneStep) {
  const LstmCase t = {.name = "", .time = 1};
  const LstmWeights weights(t, 11);
  Graph graph = lstm_graph(t, weights);
  graph.main().tensors[0].shape = {t.batch, t.inputs};
  graph.main().operators[0].code = BuiltinOp::kLstm;
  graph.main().operators[0].options = LSTMOptions{.fused_activation_function = Activation::kTanh};
  GraphRunner model(graph);
  const std::vector<float> x = Random(12).reals(t.batch * t.inputs, -1, 1);
  model.set(x);
  model.invoke();
  EXPECT_EQ(model.shape(), (Shape{t.batch, t.cells}));
  expect_near(model.get<float>(), lstm_in_double(t, weights, x), 2e-6);
}

// Both directions, merged and apart, with the backward direction's own input and with auxiliary weights of
// zero.
TEST(BidirectionalSequenceLstm, IsTwoLstms) {
  for (const bool merge : {false, true}) {
    for (const bool aux : {false, true}) {
      const LstmCase t = {.name = "", .time_major = false};
      const LstmWeights forward(t, 13), backward(t, 14);
      Graph graph;
      GraphBuilder b(graph);
      std::vector<TensorId> operands = {b.input("x", DType::kFloat32, {t.batch, t.time, t.inputs})};
      add_lstm_operands(b, t, forward, operands);
      add_lstm_operands(b, t, backward, operands);
      for (int i = 0; i < 4; ++i)
        operands.push_back(b.variable("state", DType::kFloat32, {t.batch, t.cells}));
      const TensorId other = b.input("aux", DType::kFloat32, {t.batch, t.time, t.inputs});
      operands.push_back(other);
      for (int i = 0; i < 8; ++i) {
        operands.push_back(aux ? b.constant(std::vector<float>(t.cells * t.inputs), {t.cells, t.inputs})
                               : kNoTensor);
      }
      b.set_outputs(b.add_multi(
          BuiltinOp::kBidirectionalSequenceLstm, operands,
          BidirectionalSequenceLSTMOptions{
              .fused_activation_function = Activation::kTanh, .merge_outputs = merge, .time_major = false},
          merge ? 1 : 2));
      GraphRunner model(graph);
      Random random(15);
      const auto x = random.reals(t.batch * t.time * t.inputs, -1, 1);
      const auto y = random.reals(t.batch * t.time * t.inputs, -1, 1);
      model.set(x, y);
      model.invoke();
      const auto first = lstm_in_double(t, forward, x),
                 second = lstm_in_double(t, backward, aux ? x : y, true);
      std::vector<float> got[2];
      const std::vector<float> all = model.get<float>(0);
      for (int row = 0; merge && row < t.batch * t.time; ++row) {
        for (int j = 0; j < 2 * t.cells; ++j) got[j / t.cells].push_back(all[row * 2 * t.cells + j]);
      }
      expect_near(merge ? got[0] : all, first, 2e-6);
      expect_near(merge ? got[1] : model.get<float>(1), second, 2e-6);
    }
  }
}

struct Damage {
  const char* message;
  std::function<void(Graph&)> make;
};

TEST(UnidirectionalSequenceLstm, RefusesWhatDoesNotFit) {
  const auto tensor = [](Graph& g, int operand) -> Tensor& {
    return g.main().tensors[g.main().operators[0].inputs[operand]];
  };
  const std::vector<Damage> cases = {
      {"should have 3 dimensions",
       [&](Graph& g) {
         tensor(g, 0).shape = {2, 6};
       }},
      {"should be float32 or int8", [&](Graph& g) { tensor(g, 0).dtype = DType::kInt16; }},
      {"some are there", [](Graph& g) { g.main().operators[0].inputs[5] = kNoTensor; }},
      {"should be float32[7, 6]",
       [&](Graph& g) { g.main().operators[0].inputs[2] = g.main().operators[0].inputs[6]; }},
      {"should be a variable tensor",
       [&](Graph& g) {
         tensor(g, 18).is_variable = false;
         g.main().inputs.push_back(g.main().operators[0].inputs[18]);
       }},
      {"should have 14 elements",
       [&](Graph& g) {
         tensor(g, 19).shape = {1, 7};
       }},
      {"a clip is below 0",
       [](Graph& g) { g.main().operators[0].options = UnidirectionalSequenceLSTMOptions{.cell_clip = -1}; }},
      {"there is a projection bias",
       [](Graph& g) { g.main().operators[0].inputs[17] = g.main().operators[0].inputs[12]; }},
      {"declared int32", [](Graph& g) { g.main().tensors[g.main().outputs[0]].dtype = DType::kInt32; }},
  };
  const LstmCase t = {.name = ""};
  const LstmWeights weights(t, 1);
  for (const Damage& damage : cases) {
    Graph graph = lstm_graph(t, weights);
    damage.make(graph);
    try {
      GraphRunner(graph).invoke();
      ADD_FAILURE() << "accepted: " << damage.message;
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), ::testing::HasSubstr(damage.message));
    }
  }
}

}  // namespace
}  // namespace litewright::testing
