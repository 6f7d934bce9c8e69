// Operators that are done by the one before them give what they give by themselves.
#include "runtime/followers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "graph/builder.h"
#include "runtime/interpreter.h"
#include "tests_cpp/kernels/random.h"

namespace litewright {
namespace {

constexpr int32_t kChannels = 24;

struct Parts {
  GraphBuilder builder;
  Random random;
  Graph* graph;
  Parts(Graph& model, uint32_t seed) : builder(model), random(seed), graph(&model) {}

  TensorId image() { return builder.input("x", DType::kFloat32, {2, 12, 10, kChannels}); }
  TensorId weights(const Shape& shape) {
    return builder.constant(random.reals(num_elements(shape), -0.3f, 0.3f), shape);
  }
  TensorId conv(TensorId x, int32_t size) {
    return builder.add(BuiltinOp::kConv2D,
                       {x, weights({kChannels, size, size, kChannels}), weights({kChannels})},
                       Conv2DOptions{Padding::kSame, 1, 1, Activation::kRelu, 1, 1});
  }
  TensorId depthwise(TensorId x) {
    return builder.add(BuiltinOp::kDepthwiseConv2D, {x, weights({1, 3, 3, kChannels}), weights({kChannels})},
                       DepthwiseConv2DOptions{Padding::kSame, 1, 1, 1, Activation::kNone, 1, 1});
  }
  // Hybrid: int8 weights.
  TensorId quantized_weights(const Shape& shape, int32_t axis) {
    Quantization q{.scale = random.reals(kChannels, 0.002f, 0.004f),
                   .zero_point = std::vector<int64_t>(kChannels),
                   .axis = axis};
    const TensorId id = builder.constant(random.integers<int8_t>(num_elements(shape), -127, 127), shape);
    graph->main().tensors[id].quantization = std::move(q);
    return id;
  }
  TensorId hybrid_conv(TensorId x, int32_t size, int32_t stride = 1) {
    return builder.add(BuiltinOp::kConv2D,
                       {x, quantized_weights({kChannels, size, size, kChannels}, 0), weights({kChannels})},
                       Conv2DOptions{Padding::kSame, stride, stride, Activation::kNone, 1, 1});
  }
  TensorId hybrid_depthwise(TensorId x) {
    return builder.add(BuiltinOp::kDepthwiseConv2D,
                       {x, quantized_weights({1, 3, 3, kChannels}, 3), weights({kChannels})},
                       DepthwiseConv2DOptions{Padding::kSame, 1, 1, 1, Activation::kRelu6, 1, 1});
  }
  TensorId swish(TensorId x) {
    return builder.add(BuiltinOp::kMul, {x, builder.add(BuiltinOp::kLogistic, {x})}, MulOptions{});
  }
  TensorId add(TensorId a, TensorId b) {
    return builder.add(BuiltinOp::kAdd, {a, b}, AddOptions{Activation::kRelu6});
  }
};

struct Profile : Profiler {
  std::vector<int> nodes;
  void operator_ran(int, int node, int64_t) override { nodes.push_back(node); }
};

// Output 0 of a run; `nodes` are those that ran by themselves.
std::vector<float> run(const std::shared_ptr<Model>& model, bool join, int threads, std::vector<int>& nodes) {
  Interpreter interpreter(model, {.num_threads = threads, .join = join});
  interpreter.allocate();
  SubgraphExecutor& executor = interpreter.executor();
  const Slot& in = executor.slot(executor.subgraph().inputs[0]);
  const auto values = Random(3).reals(num_elements(in.shape), -2, 2);
  std::memcpy(in.data, values.data(), in.bytes);
  Profile profile;
  interpreter.set_profiler(&profile);
  interpreter.invoke();
  nodes = profile.nodes;
  const Slot& out = executor.slot(executor.subgraph().outputs[0]);
  const float* first = reinterpret_cast<const float*>(out.data);
  return {first, first + out.bytes / sizeof(float)};
}

// `left`: the nodes that run when the others are joined to them.
void check(Graph graph, const std::vector<int>& left) {
  const size_t all = graph.main().operators.size();
  const auto model = std::make_shared<Model>(std::move(graph));
  std::vector<int> nodes;
  const std::vector<float> want = run(model, false, 1, nodes);
  EXPECT_EQ(nodes.size(), all);
  for (const int threads : {1, 2, 3}) {
    const std::vector<float> got = run(model, true, threads, nodes);
    EXPECT_THAT(nodes, ::testing::ElementsAreArray(left));
    ASSERT_EQ(got.size(), want.size());
    for (size_t i = 0; i < got.size(); ++i) ASSERT_NEAR(got[i], want[i], 1e-6) << i << " threads " << threads;
  }
}

TEST(Followers, AdditionsJoinTheConvolutionBeforeThem) {
  for (const int32_t size : {1, 3}) {
    Graph graph;
    Parts p(graph, 1);
    const TensorId x = p.image();
    p.builder.set_outputs({p.add(p.conv(p.conv(x, size), size), x)});
    check(std::move(graph), {0, 1});
  }
}

TEST(Followers, TheLaterOfTwoConvolutionsAdds) {
  Graph graph;
  Parts p(graph, 2);
  const TensorId x = p.image(), first = p.conv(x, 1), second = p.conv(x, 3);
  p.builder.set_outputs({p.add(second, first)});
  check(std::move(graph), {0, 1});
}

TEST(Followers, SwishJoinsDepthwiseAndChains) {
  Graph graph;
  Parts p(graph, 3);
  const TensorId x = p.image();
  p.builder.set_outputs({p.add(x, p.swish(p.depthwise(p.swish(p.conv(x, 1)))))});
  check(std::move(graph), {0, 3});
}

TEST(Followers, NothingJoinsWhatOthersRead) {
  Graph graph;
  Parts p(graph, 4);
  const TensorId x = p.image(), y = p.conv(x, 1), z = p.add(y, x);
  p.builder.set_outputs(
      {p.add(z, y)});  // y is read twice; z joins nothing, as an addition takes no followers
  check(std::move(graph), {0, 1, 2});
}

TEST(Followers, ResultsOfTheModelStayReadable) {
  Graph graph;
  Parts p(graph, 5);
  const TensorId x = p.image(), y = p.conv(x, 1);
  p.builder.set_outputs({p.add(y, x), y});
  check(std::move(graph), {0, 1});
}

// What each convolution leaves of its images' ranges is what the next one quantizes by: results differ widely
// if that is wrong. Two invocations, as ranges start anew.
TEST(Followers, HybridConvolutionsTakeAdditionsAndHandOnRanges) {
  for (const int32_t size : {1, 3}) {
    Graph graph;
    Parts p(graph, 6);
    const TensorId x = p.image(), y = p.hybrid_conv(x, size);
    const TensorId z = p.swish(p.hybrid_depthwise(y));
    p.builder.set_outputs({p.add(p.hybrid_conv(p.hybrid_conv(p.depthwise(z), 1), size), x)});
    check(std::move(graph), {0, 1, 4, 5, 6});
  }
}

TEST(Followers, RangesStartAnewWithEveryRun) {
  Graph graph;
  Parts p(graph, 7);
  const TensorId x = p.image();
  p.builder.set_outputs({p.hybrid_conv(p.hybrid_conv(x, 1), 3, 2)});
  const auto model = std::make_shared<Model>(std::move(graph));
  Interpreter used(model), fresh(model);
  const auto result = [](Interpreter& interpreter, float scale) {
    interpreter.allocate();
    SubgraphExecutor& executor = interpreter.executor();
    const Slot& in = executor.slot(executor.subgraph().inputs[0]);
    std::vector<float> values = Random(3).reals(num_elements(in.shape), -scale, scale);
    std::memcpy(in.data, values.data(), in.bytes);
    interpreter.invoke();
    const Slot& out = executor.slot(executor.subgraph().outputs[0]);
    const float* first = reinterpret_cast<const float*>(out.data);
    return std::vector<float>(first, first + out.bytes / sizeof(float));
  };
  result(used, 1000);
  EXPECT_EQ(result(used, 0.1f), result(fresh, 0.1f));
}

}  // namespace
}  // namespace litewright
