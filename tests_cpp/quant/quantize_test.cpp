// Every mode on small graphs: which operators become integers, how their operands are stored, and what stands
// between.
#include "quant/quantize.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests_cpp/ops/recurrent_models.h"
#include "tests_cpp/quant/quant_models.h"

namespace litewright {
namespace {

using namespace testing;  // NOLINT

using Names = std::vector<std::string>;

TEST(Quantize, Int8ClassifierHasTensorFlowsForms) {
  const Graph original = small_classifier();
  const Graph graph = quantized(original, {.mode = QuantMode::kInt8});
  EXPECT_EQ(operator_names(graph), (Names{"QUANTIZE", "CONV_2D", "MAX_POOL_2D", "RESHAPE", "FULLY_CONNECTED",
                                          "SOFTMAX", "DEQUANTIZE"}));
  const Tensor &input = operand(graph, BuiltinOp::kConv2D, 0),
               &weights = operand(graph, BuiltinOp::kConv2D, 1),
               &bias = operand(graph, BuiltinOp::kConv2D, 2), &relu = result(graph, BuiltinOp::kConv2D);
  EXPECT_EQ(weights.dtype, DType::kInt8);
  EXPECT_EQ(weights.quantization.scale.size(), 6u);
  EXPECT_EQ(weights.quantization.axis, 0);
  EXPECT_EQ(bias.dtype, DType::kInt32);
  for (int c = 0; c < 6; ++c)
    EXPECT_FLOAT_EQ(bias.quantization.scale[c], input.quantization.scale[0] * weights.quantization.scale[c]);
  EXPECT_EQ(relu.quantization.zero(), -128);
  // Pooling and reshaping pass values on as they are.
  EXPECT_EQ(result(graph, BuiltinOp::kMaxPool2D).quantization, relu.quantization);
  EXPECT_EQ(result(graph, BuiltinOp::kReshape).quantization, relu.quantization);
  EXPECT_EQ(result(graph, BuiltinOp::kSoftmax).quantization.scale, std::vector<float>{1.0f / 256});
  EXPECT_EQ(result(graph, BuiltinOp::kSoftmax).quantization.zero(), -128);
  EXPECT_EQ(graph.main().tensors[graph.main().inputs[0]].dtype, DType::kFloat32);
  EXPECT_LT(output_error(original, graph), 0.05);
}

TEST(Quantize, DenseWeightsCanHaveOneScale) {
  const Graph graph = quantized(small_classifier(), {.mode = QuantMode::kInt8, .per_channel_dense = false});
  EXPECT_EQ(operand(graph, BuiltinOp::kFullyConnected, 1).quantization.scale.size(), 1u);
  EXPECT_EQ(operand(graph, BuiltinOp::kConv2D, 1).quantization.scale.size(), 6u);
  const Graph none = quantized(small_classifier(), {.mode = QuantMode::kInt8, .per_channel = false});
  EXPECT_EQ(operand(none, BuiltinOp::kConv2D, 1).quantization.scale.size(), 1u);
}

struct BorderCase {
  QuantMode mode;
  DType input, output;
  Names front, back;
};

TEST(Quantize, InputsAndOutputsHaveTheTypesAskedFor) {
  const DType f = DType::kFloat32, i8 = DType::kInt8, u8 = DType::kUInt8, i16 = DType::kInt16;
  const BorderCase cases[] = {
      {QuantMode::kInt8, f, f, {"QUANTIZE"}, {"DEQUANTIZE"}},
      {QuantMode::kInt8, i8, i8, {}, {}},
      {QuantMode::kInt8, u8, u8, {"QUANTIZE"}, {"QUANTIZE"}},
      {QuantMode::kInt8, u8, f, {"QUANTIZE"}, {"DEQUANTIZE"}},
      {QuantMode::kInt8, f, u8, {"QUANTIZE"}, {"QUANTIZE"}},
      {QuantMode::kInt8, i8, f, {}, {"DEQUANTIZE"}},
      {QuantMode::kInt16x8, i16, i16, {}, {}},
      {QuantMode::kInt16x8, f, i16, {"QUANTIZE"}, {}},
  };
  const Graph original = small_classifier();
  for (const BorderCase& c : cases) {
    SCOPED_TRACE(concat(dtype_name(c.input), " to ", dtype_name(c.output)));
    const Graph graph = quantized(original, {.mode = c.mode, .input_type = c.input, .output_type = c.output});
    Names want = c.front;
    for (const char* name : {"CONV_2D", "MAX_POOL_2D", "RESHAPE", "FULLY_CONNECTED", "SOFTMAX"})
      want.push_back(name);
    want.insert(want.end(), c.back.begin(), c.back.end());
    EXPECT_EQ(operator_names(graph), want);
    EXPECT_EQ(graph.main().tensors[graph.main().inputs[0]].dtype, c.input);
    const Tensor& output = graph.main().tensors[graph.main().outputs[0]];
    EXPECT_EQ(output.dtype, c.output);
    if (c.output == u8) {
      EXPECT_EQ(output.quantization.zero(), 0);
    }
    EXPECT_LT(output_error(original, graph), 0.05);
  }
}

TEST(Quantize, ContradictionsAreErrors) {
  const Graph graph = small_classifier();
  const Ranges ranges = calibrated(graph);
  const QuantizerOptions wrong[] = {
      {.mode = QuantMode::kInt8, .input_type = DType::kInt16},
      {.mode = QuantMode::kInt16x8, .output_type = DType::kInt8},
      {.mode = QuantMode::kDynamicRange, .input_type = DType::kInt8},
      {.mode = QuantMode::kFloat16, .output_type = DType::kUInt8},
  };
  for (const QuantizerOptions& options : wrong) EXPECT_THROW(quantize(graph, options, &ranges), Error);
  EXPECT_THROW(quantize(graph, {.mode = QuantMode::kInt8}), Error);
}

// x [?, 16] -> dense -> ELU (no integer form) -> dense
Graph with_elu() {
  Graph graph;
  GraphBuilder b(graph);
  TensorId x = b.input("x", DType::kFloat32, {-1, 16});
  const auto dense = [&](uint32_t seed) {
    return b.add(
        BuiltinOp::kFullyConnected,
        {x, b.constant(random_values(256, seed), {16, 16}), b.constant(random_values(16, seed), {16})},
        FullyConnectedOptions{});
  };
  x = dense(1);
  b.set_layer("act");
  x = b.add(BuiltinOp::kElu, {x});
  b.set_layer("act_2");
  x = b.add(BuiltinOp::kElu, {x});
  b.set_layer("");
  b.set_outputs({dense(2)});
  return graph;
}

TEST(Quantize, OperatorsWithoutAnIntegerFormStayFloat) {
  const Graph original = with_elu();
  const Graph graph = quantized(original, {.mode = QuantMode::kInt8});
  EXPECT_EQ(operator_names(graph), (Names{"QUANTIZE", "FULLY_CONNECTED", "DEQUANTIZE", "ELU", "ELU",
                                          "QUANTIZE", "FULLY_CONNECTED", "DEQUANTIZE"}));
  EXPECT_LT(output_error(original, graph), 0.05);
}

TEST(Quantize, OperatorsWithoutAnIntegerFormAreListedWhereFloatIsNotAllowed) {
  const Graph graph = with_elu();
  const Ranges ranges = calibrated(graph);
  for (QuantMode mode : {QuantMode::kInt8, QuantMode::kInt16x8}) {
    try {
      quantize(graph, {.mode = mode, .allow_float = false}, &ranges);
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kUnsupported);
      const std::string text = error.what();
      EXPECT_NE(text.find("'ELU' of layer 'act'"), std::string::npos) << text;
      EXPECT_NE(text.find("'ELU' of layer 'act_2'"), std::string::npos) << text;
      EXPECT_EQ(text.find("'FULLY_CONNECTED'"), std::string::npos) << text;
    }
  }
}

TEST(Quantize, ChosenOperatorsStayFloat) {
  const auto keep = [](const Operator& op, const Subgraph&) { return op.code == BuiltinOp::kFullyConnected; };
  const Graph graph = quantized(small_classifier(), {.mode = QuantMode::kInt8, .keep_float = keep});
  EXPECT_EQ(operator_names(graph), (Names{"QUANTIZE", "CONV_2D", "MAX_POOL_2D", "RESHAPE", "DEQUANTIZE",
                                          "FULLY_CONNECTED", "QUANTIZE", "SOFTMAX", "DEQUANTIZE"}));
  EXPECT_EQ(operand(graph, BuiltinOp::kFullyConnected, 1).dtype, DType::kFloat32);
}

TEST(Quantize, ChosenOperatorsHave16BitActivations) {
  const Graph original = small_classifier();
  const auto keep = [](const Operator& op, const Subgraph&) { return op.code == BuiltinOp::kFullyConnected; };
  const Graph graph = quantized(original, {.mode = QuantMode::kInt8, .keep_int16 = keep});
  EXPECT_EQ(operator_names(graph), (Names{"QUANTIZE", "CONV_2D", "MAX_POOL_2D", "RESHAPE", "QUANTIZE",
                                          "FULLY_CONNECTED", "QUANTIZE", "SOFTMAX", "DEQUANTIZE"}));
  EXPECT_EQ(operand(graph, BuiltinOp::kConv2D, 0).dtype, DType::kInt8);
  EXPECT_EQ(operand(graph, BuiltinOp::kFullyConnected, 0).dtype, DType::kInt16);
  EXPECT_EQ(operand(graph, BuiltinOp::kFullyConnected, 2).dtype, DType::kInt64);
  EXPECT_EQ(result(graph, BuiltinOp::kFullyConnected).dtype, DType::kInt16);
  EXPECT_EQ(operand(graph, BuiltinOp::kSoftmax, 0).dtype, DType::kInt8);
  EXPECT_LT(output_error(original, graph), 0.05);
  const Ranges ranges = calibrated(original);
  EXPECT_THROW(quantize(original, {.mode = QuantMode::kInt16x8, .keep_int16 = keep}, &ranges), Error);
}

TEST(Quantize, ConcatenationsTakeTheResultsScale) {
  Graph original;
  GraphBuilder b(original);
  const TensorId x = b.input("x", DType::kFloat32, {-1, 4, 4, 2});
  std::vector<TensorId> parts;
  for (uint32_t i = 0; i < 2; ++i) {
    parts.push_back(b.add(
        BuiltinOp::kConv2D,
        {x, b.constant(random_values(4, i, i + 1), {2, 1, 1, 2}), b.constant(std::vector<float>(2), {2})},
        Conv2DOptions{Padding::kSame, 1, 1, i == 0 ? Activation::kRelu : Activation::kNone}));
  }
  b.set_outputs({b.add(BuiltinOp::kConcatenation, parts, ConcatenationOptions{3})});
  const Graph graph = quantized(original, {.mode = QuantMode::kInt8});
  EXPECT_EQ(operator_names(graph), (Names{"QUANTIZE", "CONV_2D", "CONV_2D", "CONCATENATION", "DEQUANTIZE"}));
  const Quantization& q = result(graph, BuiltinOp::kConcatenation).quantization;
  EXPECT_GT(q.zero(), -128);
  for (int k = 0; k < 2; ++k) EXPECT_EQ(operand(graph, BuiltinOp::kConcatenation, k).quantization, q);
}

// relu(x) read by `code`, together with -3 x, and by a LOGISTIC.
Graph read_twice(BuiltinOp code, Options options) {
  Graph graph;
  GraphBuilder b(graph);
  const TensorId x = b.input("x", DType::kFloat32, {-1, 8});
  const TensorId positive = b.add(BuiltinOp::kRelu, {x});
  const TensorId other = b.add(BuiltinOp::kMul, {x, b.constant(std::vector<float>{-3}, {})}, MulOptions{});
  const TensorId both = b.add(code, {positive, other}, std::move(options));
  b.set_outputs({both, b.add(BuiltinOp::kLogistic, {positive})});
  return graph;
}

TEST(Quantize, AnOperandThatOthersReadTakesTheResultsScaleWhereThatIsWider) {
  const Graph original = read_twice(BuiltinOp::kConcatenation, ConcatenationOptions{1});
  const Graph graph = quantized(original, {.mode = QuantMode::kInt8});
  const Quantization& q = result(graph, BuiltinOp::kConcatenation).quantization;
  for (int k = 0; k < 2; ++k) EXPECT_EQ(operand(graph, BuiltinOp::kConcatenation, k).quantization, q);
  EXPECT_EQ(operand(graph, BuiltinOp::kLogistic, 0).quantization, q);
  EXPECT_LT(output_error(original, graph), 0.02);
}

TEST(Quantize, OperandsOfOneOperatorAreRequantizedWhereTheyDiffer) {
  // The minimum is never above 0, relu(x) is.
  const Graph original = read_twice(BuiltinOp::kMinimum, MaximumMinimumOptions{});
  const Graph graph = quantized(original, {.mode = QuantMode::kInt8});
  const Quantization& q = result(graph, BuiltinOp::kMinimum).quantization;
  for (int k = 0; k < 2; ++k) EXPECT_EQ(operand(graph, BuiltinOp::kMinimum, k).quantization, q);
  EXPECT_EQ(operand(graph, BuiltinOp::kLogistic, 0).quantization.zero(), -128);
}

TEST(Quantize, With16BitsOperandsKeepTheirRanges) {
  const Graph original = read_twice(BuiltinOp::kConcatenation, ConcatenationOptions{1});
  const Graph graph = quantized(original, {.mode = QuantMode::kInt16x8});
  const Quantization& q = result(graph, BuiltinOp::kConcatenation).quantization;
  for (int k = 0; k < 2; ++k) EXPECT_EQ(operand(graph, BuiltinOp::kConcatenation, k).quantization, q);
  EXPECT_NE(operand(graph, BuiltinOp::kLogistic, 0).quantization, q);
  EXPECT_LT(output_error(original, graph), 0.001);
}

TEST(Quantize, Int16ActivationsHaveInt64OrInt32Biases) {
  const Graph original = small_classifier();
  for (DType bias : {DType::kInt64, DType::kInt32}) {
    const Graph graph = quantized(original, {.mode = QuantMode::kInt16x8, .bias16_type = bias});
    EXPECT_EQ(operand(graph, BuiltinOp::kConv2D, 0).dtype, DType::kInt16);
    EXPECT_EQ(operand(graph, BuiltinOp::kConv2D, 1).dtype, DType::kInt8);
    EXPECT_EQ(operand(graph, BuiltinOp::kConv2D, 2).dtype, bias);
    EXPECT_EQ(operator_at(graph, BuiltinOp::kConv2D).options.get<Conv2DOptions>().quantized_bias_type, bias);
    EXPECT_EQ(result(graph, BuiltinOp::kSoftmax).quantization.scale, std::vector<float>{1.0f / 32768});
    EXPECT_LT(output_error(original, graph), 0.01);
  }
}

TEST(Quantize, Int16SumsHaveAnyScale) {
  Graph original;
  GraphBuilder b(original);
  const TensorId x = b.input("x", DType::kFloat32, {-1, 8});
  b.set_outputs({b.add(BuiltinOp::kAdd, {x, b.add(BuiltinOp::kTanh, {x})}, AddOptions{})});
  const Graph graph = quantized(original, {.mode = QuantMode::kInt16x8});
  EXPECT_FALSE(operator_at(graph, BuiltinOp::kAdd).options.get<AddOptions>().pot_scale_int16);
}

TEST(Quantize, Float16StandsInFrontAsDequantize) {
  const Graph original = small_classifier();
  const Graph graph = quantize(original, {.mode = QuantMode::kFloat16});
  const Names names = operator_names(graph);
  EXPECT_EQ(Names(names.begin(), names.begin() + 5),
            (Names{"DEQUANTIZE", "DEQUANTIZE", "DEQUANTIZE", "DEQUANTIZE", "CONV_2D"}));
  for (int i = 0; i < 4; ++i)
    EXPECT_EQ(graph.main().tensors[graph.main().operators[i].inputs[0]].dtype, DType::kFloat16);
  EXPECT_LT(output_error(original, graph), 1e-3);
}

TEST(Quantize, DynamicRangeTakesLargeWeightsOnly) {
  struct {
    QuantizerOptions options;
    DType conv, dense;
  } const cases[] = {
      {{.least_elements = 162}, DType::kInt8, DType::kInt8},  // the convolution has 162, the dense layer 480
      {{.least_elements = 163}, DType::kFloat32, DType::kInt8},
      {{}, DType::kFloat32, DType::kFloat32},  // both have fewer than 1024
      {{.mode = QuantMode::kInt4Weights, .least_elements = 1}, DType::kInt4, DType::kInt4},
  };
  const Graph original = small_classifier();
  for (const auto& c : cases) {
    const Graph graph = quantize(original, c.options);
    EXPECT_EQ(operand(graph, BuiltinOp::kConv2D, 1).dtype, c.conv);
    EXPECT_EQ(operand(graph, BuiltinOp::kFullyConnected, 1).dtype, c.dense);
    EXPECT_EQ(operand(graph, BuiltinOp::kFullyConnected, 2).dtype, DType::kFloat32);
    EXPECT_LT(output_error(original, graph), 0.2);
  }
}

TEST(Quantize, IntegerLstmsHaveIntegerStates) {
  const LstmCase shape{.name = "plain", .batch = 1};
  const Graph original = lstm_graph(shape, LstmWeights(shape, 5));
  const Graph graph = quantized(original, {.mode = QuantMode::kInt8});
  EXPECT_EQ(operator_names(graph), (Names{"QUANTIZE", "UNIDIRECTIONAL_SEQUENCE_LSTM", "DEQUANTIZE"}));
  const auto code = BuiltinOp::kUnidirectionalSequenceLstm;
  EXPECT_EQ(operand(graph, code, 1).dtype, DType::kInt8);
  EXPECT_EQ(operand(graph, code, 12).dtype, DType::kInt32);
  EXPECT_EQ(operand(graph, code, 18).quantization, result(graph, code).quantization);
  const Tensor& cell = operand(graph, code, 19);
  EXPECT_EQ(cell.dtype, DType::kInt16);
  int exponent = 0;
  EXPECT_EQ(std::frexp(cell.quantization.scale[0], &exponent), 0.5f);  // a power of two
  EXPECT_EQ(operator_at(graph, code).intermediates.size(), 5u);
  EXPECT_LT(output_error(original, graph), 0.2);
}

TEST(Plan, CanBePrinted) {
  const Graph graph = small_classifier();
  const Ranges ranges = calibrated(graph);
  const std::string text = plan_quantization(graph, {.mode = QuantMode::kInt8}, &ranges).to_string(graph);
  for (const char* part : {"CONV_2D integer", "per channel (6 along dimension 0)", "int32", "0.00390625"})
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
}

}  // namespace
}  // namespace litewright
