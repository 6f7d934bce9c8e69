// Every pass on a small graph: how many operators are left, and that the results are what they were.
#include "passes/passes.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <random>

#include "graph/builder.h"
#include "ops/option_structs.h"
#include "runtime/interpreter.h"

namespace litewright {
namespace {

std::vector<float> numbers(int count, float low = -1.0f, float high = 1.0f) {
  std::mt19937 random(7);
  std::uniform_real_distribution<float> uniform(low, high);
  std::vector<float> values(count);
  for (float& value : values) value = uniform(random);
  return values;
}

// As TensorFlow states a convolution with dilation 2: `amount` on every side, nothing cropped.
TensorId dilated_conv(GraphBuilder& b, TensorId x, int32_t amount) {
  const TensorId block = b.ints({2, 2}), none = b.constant(std::vector<int32_t>(4, 0), {2, 2});
  const TensorId pads = b.constant(std::vector<int32_t>(4, amount), {2, 2});
  const TensorId parts = b.add(BuiltinOp::kSpaceToBatchNd, {x, block, pads}, SpaceToBatchNDOptions{});
  const TensorId y =
      b.add(BuiltinOp::kConv2D, {parts, b.constant(numbers(270), {5, 3, 3, 6}), b.constant(numbers(5), {5})},
            Conv2DOptions{Padding::kValid, 1, 1});
  return b.add(BuiltinOp::kBatchToSpaceNd, {y, block, none}, BatchToSpaceNDOptions{});
}

std::vector<std::vector<float>> results(const Graph& graph) {
  Interpreter interpreter(std::make_shared<Model>(graph));
  interpreter.allocate();
  SubgraphExecutor& executor = interpreter.executor();
  for (TensorId id : graph.main().inputs) {
    const std::vector<float> values = numbers(static_cast<int>(executor.slot(id).bytes / 4));
    std::copy(values.begin(), values.end(), reinterpret_cast<float*>(executor.data(id)));
  }
  interpreter.invoke();
  std::vector<std::vector<float>> all;
  for (TensorId id : graph.main().outputs) {
    const float* first = reinterpret_cast<const float*>(executor.data(id));
    all.emplace_back(first, first + executor.slot(id).bytes / 4);
  }
  return all;
}

struct Case {
  const char* name;
  bool (*pass)(Graph&);
  std::function<TensorId(GraphBuilder&, TensorId x)> build;  // x: float32 [?, 4, 4, 6]
  size_t operators;                                          // after optimize()
};

TensorId conv(GraphBuilder& b, TensorId x, Padding padding = Padding::kSame, int kernel = 3, int stride = 1) {
  const TensorId weights = b.constant(numbers(5 * kernel * kernel * 6), {5, kernel, kernel, 6});
  return b.add(BuiltinOp::kConv2D, {x, weights, b.constant(numbers(5), {5})},
               Conv2DOptions{padding, stride, stride});
}

std::vector<Case> cases() {
  return {
      {"fold_scale after CONV_2D", fold_scale,
       [](GraphBuilder& b, TensorId x) {
         return b.add(BuiltinOp::kMul, {conv(b, x), b.constant(numbers(5), {5})});
       },
       1},
      {"fold_scale: constant first, one value", fold_scale,
       [](GraphBuilder& b, TensorId x) {
         return b.add(BuiltinOp::kMul, {b.scalar(0.5f), conv(b, x)});
       },
       1},
      {"fold_bias after DEPTHWISE_CONV_2D", fold_bias,
       [](GraphBuilder& b, TensorId x) {
         const TensorId y = b.add(BuiltinOp::kDepthwiseConv2D,
                                  {x, b.constant(numbers(54), {1, 3, 3, 6}), b.constant(numbers(6), {6})},
                                  DepthwiseConv2DOptions{Padding::kSame, 1, 1, 1});
         return b.add(BuiltinOp::kAdd, {y, b.constant(numbers(6), {6})});
       },
       1},
      {"fold_bias: constant minus result", fold_bias,
       [](GraphBuilder& b, TensorId x) {
         return b.add(BuiltinOp::kSub, {b.constant(numbers(5), {5}), conv(b, x)});
       },
       1},
      {"fold_input: scale before CONV_2D", fold_input,
       [](GraphBuilder& b, TensorId x) {
         return conv(b, b.add(BuiltinOp::kMul, {x, b.constant(numbers(6), {6})}));
       },
       1},
      {"fold_input: offset before CONV_2D VALID", fold_input,
       [](GraphBuilder& b, TensorId x) {
         return conv(b, b.add(BuiltinOp::kAdd, {x, b.constant(numbers(6), {6})}), Padding::kValid);
       },
       1},
      {"fold_input: an offset before padding stays", nullptr,
       [](GraphBuilder& b, TensorId x) {
         return conv(b, b.add(BuiltinOp::kAdd, {x, b.constant(numbers(6), {6})}), Padding::kSame);
       },
       2},
      {"fold_padding into SAME", fold_padding,
       [](GraphBuilder& b, TensorId x) {
         const std::vector<int32_t> amounts = {0, 0, 1, 1, 1, 1, 0, 0};
         return conv(b, b.add(BuiltinOp::kPad, {x, b.constant(amounts, {4, 2})}), Padding::kValid);
       },
       1},
      {"fold_padding: other amounts stay", nullptr,
       [](GraphBuilder& b, TensorId x) {
         const std::vector<int32_t> amounts = {0, 0, 2, 0, 1, 1, 0, 0};
         return conv(b, b.add(BuiltinOp::kPad, {x, b.constant(amounts, {4, 2})}), Padding::kValid);
       },
       2},
      {"x + c with an unknown last dimension", nullptr,
       [](GraphBuilder& b, TensorId x) {
         const TensorId flat = b.add(BuiltinOp::kReshape, {x, b.ints({-1})});
         return b.add(BuiltinOp::kAdd, {b.add(BuiltinOp::kTanh, {flat}), b.scalar(1.0f)});
       },
       3},
      {"fold_dilation with padding as for SAME", fold_dilation,
       [](GraphBuilder& b, TensorId x) { return dilated_conv(b, x, 2); }, 1},
      {"fold_dilation with other padding", fold_dilation,
       [](GraphBuilder& b, TensorId x) { return dilated_conv(b, x, 1); }, 2},
      {"fuse_activation", fuse_activation,
       [](GraphBuilder& b, TensorId x) { return b.add(BuiltinOp::kRelu6, {conv(b, x)}); }, 1},
      {"fuse_activation: not behind another one", fuse_activation,
       [](GraphBuilder& b, TensorId x) {
         return b.add(BuiltinOp::kRelu6, {b.add(BuiltinOp::kRelu, {conv(b, x)})});
       },
       2},
      {"nothing folds behind an activation", fuse_activation,
       [](GraphBuilder& b, TensorId x) {
         return b.add(BuiltinOp::kMul, {b.add(BuiltinOp::kRelu, {conv(b, x)}), b.constant(numbers(5), {5})});
       },
       2},
      {"remove_identity: RESHAPE and x * 1", remove_identity,
       [](GraphBuilder& b, TensorId x) {
         const TensorId same = b.add(BuiltinOp::kReshape, {x, b.ints({-1, 4, 4, 6})});
         return b.add(BuiltinOp::kTanh, {b.add(BuiltinOp::kMul, {same, b.scalar(1.0f)})});
       },
       1},
      {"remove_identity: 1 * x", remove_identity,
       [](GraphBuilder& b, TensorId x) {
         return b.add(BuiltinOp::kTanh, {b.add(BuiltinOp::kMul, {b.scalar(1.0f), x})});
       },
       1},
      {"fuse_prelu", fuse_prelu,
       [](GraphBuilder& b, TensorId x) {
         const TensorId negative = b.add(BuiltinOp::kRelu, {b.add(BuiltinOp::kNeg, {x})});
         const TensorId scaled = b.add(BuiltinOp::kMul, {b.constant(numbers(6), {6}), negative});
         return b.add(BuiltinOp::kAdd, {b.add(BuiltinOp::kRelu, {x}), scaled});
       },
       1},
      {"fuse_hard_swish: a sixth of the gate", fuse_hard_swish,
       [](GraphBuilder& b, TensorId x) {
         const TensorId sum = b.add(BuiltinOp::kAdd, {x, b.scalar(3.0f)}, AddOptions{});
         const TensorId gate = b.add(BuiltinOp::kRelu6, {sum});
         const TensorId part = b.add(BuiltinOp::kDiv, {gate, b.scalar(6.0f)}, DivOptions{});
         return b.add(BuiltinOp::kMul, {x, part}, MulOptions{});
       },
       1},
      {"fuse_hard_swish: a sixth of the product", fuse_hard_swish,
       [](GraphBuilder& b, TensorId x) {
         const TensorId gate = b.add(BuiltinOp::kAdd, {b.scalar(3.0f), x}, AddOptions{Activation::kRelu6});
         const TensorId product = b.add(BuiltinOp::kMul, {gate, x}, MulOptions{});
         return b.add(BuiltinOp::kMul, {product, b.scalar(1.0f / 6.0f)}, MulOptions{});
       },
       1},
      {"merge_reshapes", merge_reshapes,
       [](GraphBuilder& b, TensorId x) {
         return b.add(BuiltinOp::kReshape,
                      {b.add(BuiltinOp::kReshape, {x, b.ints({-1, 16, 6})}), b.ints({-1, 96})});
       },
       1},
      {"merge_transposes: a pair cancels through RELU", sink_transposes,
       [](GraphBuilder& b, TensorId x) {
         const TensorId first = b.add(BuiltinOp::kTranspose, {x, b.ints({0, 3, 1, 2})});
         return b.add(BuiltinOp::kTranspose, {b.add(BuiltinOp::kRelu, {first}), b.ints({0, 2, 3, 1})});
       },
       1},
      {"fold_transpose", fold_transpose,
       [](GraphBuilder& b, TensorId x) {
         const TensorId y = b.add(BuiltinOp::kTranspose, {x, b.ints({0, 1, 3, 2})});
         return b.add(BuiltinOp::kBatchMatmul, {x, y}, BatchMatMulOptions{});
       },
       1},
      {"sink_reshapes: a scale reaches CONV_2D", sink_reshapes,
       [](GraphBuilder& b, TensorId x) {
         const TensorId flat = b.add(BuiltinOp::kReshape, {conv(b, x), b.ints({-1, 16, 5})});
         return b.add(BuiltinOp::kRelu, {b.add(BuiltinOp::kMul, {flat, b.constant(numbers(5), {5})})});
       },
       2},
      {"fold_constants", fold_constants,
       [](GraphBuilder& b, TensorId x) {
         return b.add(BuiltinOp::kSub, {x, b.add(BuiltinOp::kMul, {b.scalar(3.0f), b.scalar(0.5f)})});
       },
       1},
      {"merge_equal_operators", merge_equal_operators,
       [](GraphBuilder& b, TensorId x) {
         return b.add(BuiltinOp::kMul, {b.add(BuiltinOp::kTanh, {x}), b.add(BuiltinOp::kTanh, {x})});
       },
       2},
  };
}

TEST(Passes, KeepResultsAndRemoveOperators) {
  for (const Case& c : cases()) {
    SCOPED_TRACE(c.name);
    Graph graph;
    GraphBuilder builder(graph);
    const TensorId x = builder.input("x", DType::kFloat32, {-1, 4, 4, 6});
    builder.set_outputs({c.build(builder, x)});
    const auto before = results(graph);
    EXPECT_TRUE(c.pass == nullptr || c.pass(graph)) << "the pass itself found nothing to do";
    optimize(graph);
    EXPECT_EQ(graph.main().operators.size(), c.operators);
    const auto after = results(graph);
    ASSERT_EQ(before.size(), after.size());
    ASSERT_EQ(before[0].size(), after[0].size());
    for (size_t i = 0; i < before[0].size(); ++i)
      ASSERT_NEAR(before[0][i], after[0][i], 2e-5) << "element " << i;
  }
}

TEST(Passes, SharedResultsAreNotFoldedAway) {
  Graph graph;
  GraphBuilder b(graph);
  const TensorId x = b.input("x", DType::kFloat32, {1, 4, 4, 6});
  const TensorId y = conv(b, x);
  b.set_outputs({b.add(BuiltinOp::kMul, {y, b.scalar(2.0f)}), y});
  const auto before = results(graph);
  optimize(graph);
  EXPECT_EQ(graph.main().operators.size(), 2u);
  EXPECT_EQ(results(graph), before);
}

TEST(Passes, StatesThatAreSetToOneValueStayApart) {
  Graph graph;
  GraphBuilder b(graph);
  const TensorId x = b.input("x", DType::kFloat32, {1, 4, 4, 6});
  std::vector<TensorId> states;
  for (int i = 0; i < 2; ++i) {
    states.push_back(b.add(BuiltinOp::kFill, {b.ints({1, 4, 4, 6}), b.scalar(0.0f)}));
    b.tensor(states[i]).is_variable = true;
  }
  b.set_outputs({b.add(BuiltinOp::kAdd, {b.add(BuiltinOp::kAdd, {x, states[0]}), states[1]})});
  optimize(graph);
  EXPECT_EQ(graph.main().operators.size(), 4u);
}

TEST(Passes, UnusedTensorsGo) {
  Graph graph;
  GraphBuilder b(graph);
  const TensorId x = b.input("x", DType::kFloat32, {2, 3});
  b.constant(numbers(100), {100});
  b.add(BuiltinOp::kTanh, {x});
  b.set_outputs({b.add(BuiltinOp::kRelu, {x})});
  optimize(graph);
  EXPECT_EQ(graph.main().tensors.size(), 2u);
  EXPECT_EQ(graph.main().operators.size(), 1u);
}

}  // namespace
}  // namespace litewright
