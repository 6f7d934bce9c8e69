// What helps when accuracy drops, and what shows where it drops.
#include "quant/remedies.h"

#include <gtest/gtest.h>

#include <cmath>

#include "quant/channel_means.h"
#include "quant/twins.h"
#include "tests_cpp/quant/quant_models.h"

namespace litewright {
namespace {

using namespace testing;  // NOLINT

// x [?, 8, 8, 4] -> depthwise + relu -> 1x1 conv -> dense; the depthwise channels have unlike ranges.
Graph uneven() {
  Graph graph;
  GraphBuilder b(graph);
  TensorId x = b.input("x", DType::kFloat32, {-1, 8, 8, 4});
  std::vector<float> depthwise = random_values(36, 1);
  for (int i = 0; i < 36; ++i) depthwise[i] *= std::pow(10.0f, static_cast<float>(i % 4) - 2);
  std::vector<float> pointwise = random_values(32, 2);
  for (int i = 0; i < 32; ++i) pointwise[i] /= std::pow(10.0f, static_cast<float>(i % 4) - 2);
  b.set_layer("depthwise");
  x = b.add(BuiltinOp::kDepthwiseConv2D,
            {x, b.constant(depthwise, {1, 3, 3, 4}), b.constant(random_values(4, 3, 0.01f), {4})},
            DepthwiseConv2DOptions{Padding::kSame, 1, 1, 1, Activation::kRelu});
  b.set_layer("pointwise");
  x = b.add(BuiltinOp::kConv2D,
            {x, b.constant(pointwise, {8, 1, 1, 4}), b.constant(random_values(8, 4), {8})},
            Conv2DOptions{Padding::kSame, 1, 1});
  b.set_outputs({x});
  return graph;
}

TEST(Equalize, KeepsTheResultsAndHelpsQuantization) {
  const Graph original = uneven();
  Graph graph = original;
  ASSERT_TRUE(equalize(graph));
  EXPECT_LT(output_error(original, graph), 1e-5);
  const QuantizerOptions options{.mode = QuantMode::kInt8, .per_channel = false};
  const double before = output_error(original, quantized(original, options));
  const double after = output_error(original, quantized(graph, options));
  EXPECT_LT(after, before / 4) << before;
  while (equalize(graph)) continue;  // comes to an end
}

TEST(Equalize, LeavesBranchesAlone) {
  Graph graph;
  GraphBuilder b(graph);
  const TensorId x = b.input("x", DType::kFloat32, {-1, 4});
  const auto dense = [&](TensorId from, float bound) {
    return b.add(BuiltinOp::kFullyConnected,
                 {from, b.constant(random_values(16, 1, bound), {4, 4}), kNoTensor}, FullyConnectedOptions{});
  };
  const TensorId middle = dense(x, 10);
  b.set_outputs({dense(middle, 0.1f), middle});
  EXPECT_FALSE(equalize(graph));
}

TEST(CorrectBiases, BringsTheMeanBack) {
  // Inputs with a mean, and weights that four bits round badly.
  Graph original;
  GraphBuilder b(original);
  TensorId x = b.input("x", DType::kFloat32, {-1, 64});
  x = b.add(BuiltinOp::kAdd, {x, b.scalar(2.0f)}, AddOptions{});
  b.set_outputs(
      {b.add(BuiltinOp::kFullyConnected, {x, b.constant(random_values(64 * 64, 2), {64, 64}), kNoTensor},
             FullyConnectedOptions{})});
  auto sums = std::make_unique<ChannelSums>(original.main(), make_statistics({}, original.main()));
  const ChannelSums& seen = *sums;
  Observer observer(original, std::move(sums), 1);
  for (int i = 0; i < 8; ++i) {
    set_inputs(observer.interpreter(), sample_for(original, 100 + i));
    observer.run();
  }
  const QuantizerOptions options{.mode = QuantMode::kInt4Weights};
  Graph corrected = original;
  correct_biases(corrected, options, seen.means());
  EXPECT_LT(output_error(original, quantize(corrected, options)),
            0.7 * output_error(original, quantize(original, options)));
  Graph untouched = original;
  correct_biases(untouched, options, ChannelMeans(original.main().tensors.size()));
  EXPECT_EQ(output_error(original, untouched), 0);
}

// Dense layers; the second has enormous weights for an input that is always zero, so that 8 bits lose all
// others.
Graph one_bad_layer() {
  Graph graph;
  GraphBuilder b(graph);
  TensorId x = b.input("x", DType::kFloat32, {-1, 16});
  for (uint32_t layer = 0; layer < 3; ++layer) {
    std::vector<float> weights = random_values(256, layer, 0.5f), bias = random_values(16, layer);
    if (layer == 0) {
      std::fill(weights.begin(), weights.begin() + 16, 0.0f);
      bias[0] = -1;
    }
    for (int i = 0; layer == 1 && i < 256; i += 16) weights[i] = 1000;
    b.set_layer(concat("dense_", layer));
    x = b.add(BuiltinOp::kFullyConnected, {x, b.constant(weights, {16, 16}), b.constant(bias, {16})},
              FullyConnectedOptions{layer < 2 ? Activation::kRelu : Activation::kNone});
  }
  b.set_outputs({x});
  return graph;
}

TEST(Comparison, NamesTheBadOperatorFirst) {
  const Graph original = one_bad_layer();
  const Ranges ranges = calibrated(original);
  const QuantizerOptions options{.mode = QuantMode::kInt8};
  const Graph result = quantize(original, options, &ranges);
  Comparison comparison(original, result, 1);
  for (uint32_t seed = 0; seed < 4; ++seed) comparison.run(sample_for(original, seed));
  ASSERT_EQ(comparison.operators().size(), 3u);
  const auto worst = std::min_element(comparison.operators().begin(), comparison.operators().end(),
                                      [](const auto& a, const auto& b) { return a.sqnr() < b.sqnr(); });
  EXPECT_EQ(worst->layer, "dense_1");
  EXPECT_EQ(worst->name, "FULLY_CONNECTED");
  for (const OperatorError& row : comparison.operators()) {
    EXPECT_EQ(row.elements, 4 * 16);
    EXPECT_EQ(row.bytes_before, 4 * (256 + 16));
    EXPECT_EQ(row.bytes_after, 256 + 4 * 16);
    EXPECT_EQ(row.dtype, DType::kInt8);
    EXPECT_GT(row.scale, 0);
    EXPECT_EQ(row.sqnr() < 20, row.layer == "dense_1") << row.layer << " " << row.sqnr();
  }
  EXPECT_GT(comparison.output_error(), 0);
  const Graph same = quantize(original, {.mode = QuantMode::kDynamicRange});  // nothing is large enough
  EXPECT_EQ(output_error(original, same), 0);
}

TEST(DebugGraph, GivesTheDifferenceOfEveryIntegerOperator) {
  const Graph original = small_classifier();
  const Ranges ranges = calibrated(original);
  const Graph plain = quantize(original, {.mode = QuantMode::kInt8}, &ranges);
  Graph debug = make_debug_graph(original, plain);
  validate(debug);
  debug = read_tflite(write_tflite(debug));
  std::vector<TensorId> differences;
  for (const Operator& op : debug.main().operators) {
    if (op.custom_code == "NumericVerify") differences.push_back(op.outputs[0]);
  }
  ASSERT_EQ(differences.size(), 5u);
  EXPECT_EQ(debug.main().tensors[differences[0]].name.rfind("NumericVerify/", 0), 0u);
  Interpreter interpreter(std::make_shared<Model>(debug), {.preserve_all = true});
  set_inputs(interpreter, sample_for(original, 100));
  interpreter.invoke();
  double largest = 0;
  for (TensorId id : differences) {
    const Slot& slot = interpreter.executor().slot(id);
    const auto* values = reinterpret_cast<const float*>(slot.data);
    for (size_t i = 0; i < slot.bytes / 4; ++i) largest = std::max<double>(largest, std::abs(values[i]));
  }
  EXPECT_GT(largest, 0);
  EXPECT_LT(largest, 0.1);
  EXPECT_LT(output_error(original, debug), 0.05);
}

}  // namespace
}  // namespace litewright
