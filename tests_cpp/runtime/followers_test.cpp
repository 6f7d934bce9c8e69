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
  Parts(Graph& graph, uint32_t seed) : builder(graph), random(seed) {}

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

}  // namespace
}  // namespace litewright
