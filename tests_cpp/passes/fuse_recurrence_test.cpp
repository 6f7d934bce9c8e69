// Loops that are recurrent layers become one operator; loops that only look like them stay.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>

#include "graph/builder.h"
#include "ops/option_structs.h"
#include "passes/passes.h"
#include "runtime/interpreter.h"

namespace litewright {
namespace {

constexpr int kBatch = 2, kTime = 5, kFeatures = 3, kUnits = 4;

// Values between -0.5 and 0.5 without a pattern.
std::vector<float> numbers(int count, int start) {
  std::vector<float> values(count);
  for (int i = 0; i < count; ++i) values[i] = static_cast<float>((i * 37 + start * 11) % 101) / 101 - 0.5F;
  return values;
}

// What differs from a layer's loop.
struct Loop {
  bool is_lstm = false;
  int rounds = kTime;
  int step = 1;     // of the counter
  float start = 0;  // of the states
  BuiltinOp activation = BuiltinOp::kTanh;
};

// x * kernel + h * recurrent kernel + bias
TensorId affine(GraphBuilder& b, TensorId x, TensorId h, int gate) {
  const auto product = [&](TensorId value, int columns, int start) {
    const TensorId kernel = b.constant(numbers(kUnits * columns, start), {kUnits, columns});
    const TensorId bias = b.constant(numbers(kUnits, start + 1), {kUnits});
    return b.add(BuiltinOp::kFullyConnected, {value, kernel, bias}, FullyConnectedOptions{});
  };
  return b.add(BuiltinOp::kAdd, {product(x, kFeatures, 4 * gate), product(h, kUnits, 4 * gate + 2)},
               AddOptions{});
}

// The new states h and c (simple layers: c as it was).
std::pair<TensorId, TensorId> cell(GraphBuilder& b, const Loop& loop, TensorId x, TensorId h, TensorId c) {
  if (!loop.is_lstm) return {b.add(loop.activation, {affine(b, x, h, 0)}), c};
  const auto gate = [&](int i) { return b.add(BuiltinOp::kLogistic, {affine(b, x, h, i)}); };
  const auto product = [&](TensorId p, TensorId q) { return b.add(BuiltinOp::kMul, {p, q}, MulOptions{}); };
  const TensorId candidate = b.add(loop.activation, {affine(b, x, h, 2)});
  const TensorId kept = product(gate(1), c), fresh = product(gate(0), candidate);
  const TensorId memory = b.add(BuiltinOp::kAdd, {kept, fresh}, AddOptions{});
  return {product(gate(3), b.add(BuiltinOp::kTanh, {memory})), memory};
}

// The last state of a loop over x, [batch, time, features].
Graph graph_of(const Loop& loop) {
  Graph graph;
  GraphBuilder main(graph);
  const TensorId x = main.input("x", DType::kFloat32, {kBatch, kTime, kFeatures});
  GraphBuilder condition(graph, 1), body(graph, 2);
  std::vector<TensorId> carried;
  for (GraphBuilder* b : {&condition, &body}) {
    carried = {b->input("i", DType::kInt32, {}), b->input("x", DType::kFloat32, {kBatch, kTime, kFeatures}),
               b->input("h", DType::kFloat32, {kBatch, kUnits}),
               b->input("c", DType::kFloat32, {kBatch, kUnits})};
    if (b == &condition)
      b->set_outputs({b->add(BuiltinOp::kLess, {carried[0], b->scalar(loop.rounds)}, LessOptions{})});
  }
  const TensorId now = body.add(BuiltinOp::kGather, {carried[1], carried[0]}, GatherOptions{1});
  const auto [h, c] = cell(body, loop, now, carried[2], carried[3]);
  const TensorId next = body.add(BuiltinOp::kAdd, {carried[0], body.scalar(loop.step)}, AddOptions{});
  body.set_outputs({next, carried[1], h, c});

  const TensorId start = main.constant(std::vector<float>(kBatch * kUnits, loop.start), {kBatch, kUnits});
  Operator op;
  op.code = BuiltinOp::kWhile;
  op.inputs = {main.scalar(0), x, start, start};
  op.options = WhileOptions{1, 2};
  const Tensor state{.name = "state", .shape = {kBatch, kUnits}};
  const std::vector<Tensor> results = {{.name = "i", .dtype = DType::kInt32}, main.tensor(x), state, state};
  main.set_outputs({main.add_declared(std::move(op), results)[2]});
  return graph;
}

std::vector<float> result_of(const Graph& graph) {
  Interpreter interpreter(std::make_shared<Model>(graph));
  interpreter.allocate();
  SubgraphExecutor& executor = interpreter.executor();
  const std::vector<float> x = numbers(kBatch * kTime * kFeatures, 5);
  std::copy(x.begin(), x.end(), reinterpret_cast<float*>(executor.data(graph.main().inputs[0])));
  interpreter.invoke();
  const auto* y = reinterpret_cast<const float*>(executor.data(graph.main().outputs[0]));
  return {y, y + kBatch * kUnits};
}

bool holds(const Graph& graph, BuiltinOp code) {
  const std::vector<Operator>& all = graph.main().operators;
  return std::any_of(all.begin(), all.end(), [&](const Operator& op) { return op.code == code; });
}

TEST(FuseRecurrence, LayersBecomeOneOperator) {
  for (const auto& [loop, code] : std::vector<std::pair<Loop, BuiltinOp>>{
           {{.is_lstm = true}, BuiltinOp::kUnidirectionalSequenceLstm},
           {{}, BuiltinOp::kUnidirectionalSequenceRnn},
           {{.activation = BuiltinOp::kRelu}, BuiltinOp::kUnidirectionalSequenceRnn}}) {
    SCOPED_TRACE(builtin_op_name(loop.activation));
    Graph graph = graph_of(loop);
    const std::vector<float> before = result_of(graph);
    EXPECT_TRUE(fuse_recurrence(graph));
    optimize(graph);
    EXPECT_TRUE(holds(graph, code));
    EXPECT_FALSE(holds(graph, BuiltinOp::kWhile));
    EXPECT_EQ(graph.subgraphs.size(), 1u);
    const std::vector<float> after = result_of(graph);
    for (size_t i = 0; i < before.size(); ++i) EXPECT_NEAR(before[i], after[i], 1e-5) << "element " << i;
  }
}

TEST(FuseRecurrence, OtherLoopsStay) {
  const std::vector<std::pair<const char*, Loop>> cases = {
      {"too few rounds", {.rounds = kTime - 1}},
      {"every second step", {.step = 2}},
      {"states that do not start from zero", {.start = 1}},
      {"an LSTM's states that do not", {.is_lstm = true, .start = 1}},
      {"another activation", {.activation = BuiltinOp::kLogistic}},
      {"an LSTM with another activation", {.is_lstm = true, .activation = BuiltinOp::kRelu}}};
  for (const auto& [name, loop] : cases) {
    SCOPED_TRACE(name);
    Graph graph = graph_of(loop);
    const std::vector<float> before = result_of(graph);
    EXPECT_FALSE(fuse_recurrence(graph));
    EXPECT_TRUE(holds(graph, BuiltinOp::kWhile));
    EXPECT_EQ(result_of(graph), before);
  }
}

}  // namespace
}  // namespace litewright
