#include "tflite/versions.h"

#include <gtest/gtest.h>

#include "tests_cpp/tflite/sample_graph.h"
#include "tflite/runtime_versions.h"

namespace litewright {
namespace {

using Op = BuiltinOp;
constexpr DType kF32 = DType::kFloat32, kF16 = DType::kFloat16, kBF16 = DType::kBFloat16, kI8 = DType::kInt8,
                kI16 = DType::kInt16, kI32 = DType::kInt32, kI64 = DType::kInt64, kI4 = DType::kInt4,
                kI2 = DType::kInt2, kU8 = DType::kUInt8, kU32 = DType::kUInt32, kU4 = DType::kUInt4,
                kBool = DType::kBool, kStr = DType::kString, kF8 = DType::kFloat8E4M3FN;

struct Operand {
  DType dtype;
  Shape shape = {2, 3, 3, 4};
  std::vector<float> scale = {};
};

struct Case {
  Op op;
  std::vector<Operand> inputs;
  std::vector<Operand> outputs;
  int version;
  Options options = {};
  bool last_input_absent = false;
};

Operand q(DType dtype, float scale = 0.25f) { return {dtype, {2, 3, 3, 4}, {scale}}; }
Operand ranked(DType dtype, int rank) { return {dtype, Shape(rank, 2)}; }
const Operand kPerChannel = {kI8, {4, 3, 3, 4}, {1, 2, 3, 4}};
const Operand kPerTensor = {kI8, {4, 3, 3, 4}, {1}};

const Case kCases[] = {
    {Op::kAdd, {{kF32}, {kF32}}, {{kF32}}, 1, AddOptions{}},
    {Op::kAdd, {q(kI8), q(kI8)}, {q(kI8)}, 2, AddOptions{}},
    {Op::kAdd, {q(kI16), q(kI16)}, {q(kI16)}, 3, AddOptions{.pot_scale_int16 = false}},
    {Op::kAdd, {q(kI16), q(kI16)}, {q(kI16)}, 1, AddOptions{}},
    {Op::kAdd, {{kI64}, {kI64}}, {{kI64}}, 4, AddOptions{}},
    {Op::kAdd, {{kI16}, {kI16}}, {{kI16}}, 5, AddOptions{}},
    {Op::kAdd, {{kF16}, {kF16}}, {{kF16}}, 6, AddOptions{}},
    {Op::kSub, {q(kI16), q(kI16)}, {q(kI16)}, 5, SubOptions{.pot_scale_int16 = false}},
    {Op::kSub, {ranked(kF32, 5), ranked(kF32, 4)}, {ranked(kF32, 5)}, 3, SubOptions{}},
    {Op::kSub, {ranked(kF32, 5), ranked(kF32, 5)}, {ranked(kF32, 5)}, 1, SubOptions{}},
    {Op::kDiv, {ranked(kF32, 5), ranked(kF32, 1)}, {ranked(kF32, 5)}, 2, DivOptions{}},
    {Op::kMul, {q(kI8), q(kI8)}, {q(kI8)}, 2, MulOptions{}},
    {Op::kMul, {q(kI8, 2), q(kI8, 2)}, {q(kI8, 4)}, 3, MulOptions{}},
    {Op::kMul, {q(kI16), q(kI16)}, {q(kI16)}, 4, MulOptions{}},
    {Op::kMul, {{kI64}, {kI64}}, {{kI64}}, 5, MulOptions{}},
    {Op::kMul, {{DType::kComplex64}, {DType::kComplex64}}, {{DType::kComplex64}}, 6, MulOptions{}},
    {Op::kMul, {{kU32}, {kU32}}, {{kU32}}, 7, MulOptions{}},
    {Op::kConv2D, {{kF32}, {kF32}, {kF32}}, {{kF32}}, 1, Conv2DOptions{}},
    {Op::kConv2D, {{kF32}, kPerTensor, {kF32}}, {{kF32}}, 2, Conv2DOptions{}},
    {Op::kConv2D, {{kF32}, kPerChannel, {kF32}}, {{kF32}}, 5, Conv2DOptions{}},
    {Op::kConv2D, {q(kI8), kPerChannel, q(kI32)}, {q(kI8)}, 3, Conv2DOptions{}},
    {Op::kConv2D, {q(kI8), q(kI4), q(kI32)}, {q(kI8)}, 7, Conv2DOptions{}},
    {Op::kConv2D, {q(kI16), q(kI8), q(kI32)}, {q(kI16)}, 8, Conv2DOptions{.quantized_bias_type = kI32}},
    {Op::kConv2D, {q(kI16), q(kI8), q(kI64)}, {q(kI16)}, 1, Conv2DOptions{}},
    {Op::kConv2D, {{kF32}, {kF32, {4, 3, 3, 2}}}, {{kF32}}, 6, Conv2DOptions{}},
    {Op::kDepthwiseConv2D, {{kF32}, kPerTensor}, {{kF32}}, 4, DepthwiseConv2DOptions{}},
    {Op::kDepthwiseConv2D, {{kF32}, kPerChannel}, {{kF32}}, 6, DepthwiseConv2DOptions{}},
    {Op::kDepthwiseConv2D, {q(kI8), q(kI8)}, {q(kI8)}, 3, DepthwiseConv2DOptions{}},
    {Op::kDepthwiseConv2D, {{kF32}, {kF32}}, {{kF32}}, 2, DepthwiseConv2DOptions{.dilation_w_factor = 2}},
    {Op::kTransposeConv, {{kI32}, {kF32}, {kF32}}, {{kF32}}, 1, TransposeConvOptions{}},
    {Op::kTransposeConv, {{kI32}, q(kI8), q(kI8)}, {q(kI8)}, 2, TransposeConvOptions{}},
    {Op::kTransposeConv, {{kI32}, {kF32}, {kF32}, {kF32}}, {{kF32}}, 3, TransposeConvOptions{}},
    {Op::kTransposeConv, {{kI32}, {kF32}, {kF32}, {kF32}}, {{kF32}}, 1, TransposeConvOptions{}, true},
    {Op::kTransposeConv,
     {{kI32}, {kF32}, {kF32}},
     {{kF32}},
     4,
     TransposeConvOptions{.fused_activation_function = Activation::kRelu}},
    {Op::kTransposeConv,
     {{kI32}, q(kI8), q(kI16)},
     {q(kI16)},
     5,
     TransposeConvOptions{.quantized_bias_type = kI32}},
    {Op::kFullyConnected, {{kF32}, {kF32}, {kF32}}, {{kF32}}, 1, FullyConnectedOptions{}},
    {Op::kFullyConnected, {{kF32}, kPerTensor, {kF32}}, {{kF32}}, 3, FullyConnectedOptions{}},
    {Op::kFullyConnected, {q(kI8), q(kI8), q(kI32)}, {q(kI8)}, 4, FullyConnectedOptions{}},
    {Op::kFullyConnected,
     {{kF32}, {kF32}, {kF32}},
     {{kF32}},
     5,
     FullyConnectedOptions{.keep_num_dims = true}},
    {Op::kFullyConnected, {{kF32}, {kF32}}, {{kF32}}, 6, FullyConnectedOptions{}},
    {Op::kFullyConnected, {{kF32}, {kF32}, {kF32}}, {{kF32}}, 1, FullyConnectedOptions{}, true},
    {Op::kFullyConnected, {q(kI16), q(kI16), q(kI32)}, {q(kI16)}, 7, FullyConnectedOptions{}},
    {Op::kFullyConnected,
     {{kF32}, kPerTensor, {kF32}},
     {{kF32}},
     9,
     FullyConnectedOptions{.asymmetric_quantize_inputs = true}},
    {Op::kFullyConnected, {q(kI8), q(kI4), q(kI32)}, {q(kI8)}, 10, FullyConnectedOptions{}},
    {Op::kFullyConnected,
     {q(kI16), q(kI8), q(kI32)},
     {q(kI16)},
     11,
     FullyConnectedOptions{.quantized_bias_type = kI32}},
    {Op::kFullyConnected, {{kF32}, kPerChannel, {kF32}}, {{kF32}}, 12, FullyConnectedOptions{}},
    {Op::kFullyConnected, {q(kI16), q(kI4), q(kI32)}, {q(kI16)}, 13, FullyConnectedOptions{}},
    {Op::kFullyConnected, {{kF32}, q(kI2), {kF32}}, {{kF32}}, 14, FullyConnectedOptions{}},
    {Op::kBatchMatmul, {{kF32}, {kI8}}, {{kF32}}, 4, BatchMatMulOptions{.asymmetric_quantize_inputs = true}},
    {Op::kBatchMatmul, {q(kI8), q(kI8)}, {q(kI32)}, 2, BatchMatMulOptions{}},
    {Op::kMaxPool2D, {q(kI16)}, {q(kI16)}, 3, Pool2DOptions{}},
    {Op::kMean, {q(kI16), {kI32}}, {q(kI16)}, 3},
    {Op::kSum, {q(kI16), {kI32}}, {q(kI16)}, 1},
    {Op::kSum, {q(kI8), {kI32}}, {q(kI8)}, 2},
    {Op::kSoftmax, {q(kI8)}, {q(kI8)}, 2},
    {Op::kLogistic, {q(kI16)}, {q(kI16)}, 3},
    {Op::kRelu, {q(kU8)}, {q(kU8)}, 2},
    {Op::kLeakyRelu, {q(kI16)}, {q(kI16)}, 2},
    {Op::kConcatenation, {{kF8}, {kF8}}, {{kF8}}, 7},
    {Op::kSplit, {{kI32}, {kI16}}, {{kI16}}, 4},
    {Op::kPack, {{kU32}}, {{kU32}}, 4},
    {Op::kUnpack, {{kBF16}}, {{kBF16}}, 5},
    {Op::kTranspose, {ranked(kF32, 5), {kI32}}, {{kF32}}, 4},
    {Op::kTranspose, {ranked(kI8, 6), {kI32}}, {{kI8}}, 6},
    {Op::kTranspose, {ranked(kI8, 7), {kI32}}, {{kI8}}, 8},
    {Op::kPad, {ranked(kI8, 5), {kI32}}, {{kI8}}, 4},
    {Op::kPadv2, {{kBool}, {kI32}}, {{kBool}}, 5},
    {Op::kSlice, {{kStr}}, {{kStr}}, 3},
    {Op::kStridedSlice, {{kF32}}, {{kF32}}, 6, StridedSliceOptions{.ellipsis_mask = 1}},
    {Op::kStridedSlice, {{kF32}}, {{kF32}}, 8, StridedSliceOptions{.offset = true}},
    {Op::kGather, {{kF32}, {kI32}}, {{kF32}}, 5, GatherOptions{.batch_dims = 1}},
    {Op::kGather, {{kF32}, {kI16}}, {{kF32}}, 6, GatherOptions{.batch_dims = 1}},
    {Op::kGatherNd, {{kBool}, {kI32}}, {{kBool}}, 5},
    {Op::kBroadcastTo, {{kF32}, {kI32}}, {{kF32}}, 2},
    {Op::kBroadcastTo, {{kI8}, {kI32}}, {{kI8}}, 3},
    {Op::kResizeBilinear, {q(kI8)}, {q(kI8)}, 3, ResizeBilinearOptions{.half_pixel_centers = true}},
    {Op::kResizeNearestNeighbor, {{kF32}}, {{kF32}}, 3, ResizeNearestNeighborOptions{.align_corners = true}},
    {Op::kSpaceToBatchNd, {ranked(kF32, 3)}, {{kF32}}, 3},
    {Op::kMaximum, {ranked(kF32, 5), ranked(kF32, 1)}, {{kF32}}, 3},
    {Op::kEqual, {{kI16}, {kI16}}, {{kBool}}, 5},
    {Op::kSelect, {{kBool}, ranked(kF32, 5), ranked(kF32, 5)}, {{kF32}}, 3},
    {Op::kCast, {{kI4}}, {{kF32}}, 6},
    {Op::kCast, {{kF32}}, {{kI8}}, 3},
    {Op::kCast, {{kF32}}, {{kU4}}, 8},
    {Op::kQuantize, {{kF32}}, {kPerChannel}, 3},
    {Op::kQuantize, {{kF32}}, {q(kI16)}, 2},
    {Op::kDequantize, {{kF16}}, {{kF32}}, 3},
    {Op::kDequantize, {kPerChannel}, {{kF32}}, 5},
    {Op::kAbs, {q(kI16)}, {q(kI16)}, 3},
    {Op::kAbs, {{kI16}}, {{kI16}}, 4},
    {Op::kTopkV2, {{kF32}, {kI32}}, {{kF32}, {kI16}}, 3},
    {Op::kFill, {{kI32}, {kStr}}, {{kStr}}, 2},
    {Op::kWhere, {{kF32}}, {{kI64}}, 2},
    {Op::kWhere, {{kBool}}, {{kI64}}, 1},
    {Op::kDynamicUpdateSlice, {{kF32}, {kF32}, {kI64}}, {{kF32}}, 2},
    {Op::kEmbeddingLookup, {{kI32}, kPerChannel}, {{kF32}}, 4},
    {Op::kLstm, {{kF32}, {kF32}, {kF32}}, {{kF32}}, 2, LSTMOptions{.kernel_type = LSTMKernelType::kBasic}},
    {Op::kLstm, {{kF32}, {kI8}, {kI8}}, {{kF32}}, 3, LSTMOptions{}},
    {Op::kUnidirectionalSequenceLstm,
     {{kF32}, {kI8}, {kI8}},
     {{kF32}},
     3,
     UnidirectionalSequenceLSTMOptions{.asymmetric_quantize_inputs = true}},
    {Op::kUnidirectionalSequenceRnn, {{kF32}, {kI8}}, {{kF32}}, 2, SequenceRNNOptions{}},
    {Op::kSvdf, {q(kI8), q(kI8)}, {q(kI8)}, 3, SVDFOptions{}},
    {Op::kReshape, {{kI8}, {kI32}}, {{kI8}}, 1},
    {Op::kCustom, {{kI8}}, {{kI8}}, 1},
};

TEST(Versions, TheLowestThatFits) {
  for (const Case& row : kCases) {
    Subgraph subgraph;
    Operator op = testing::make_operator(row.op, {}, {}, row.options);
    const auto add = [&](const std::vector<Operand>& operands, std::vector<TensorId>& ids) {
      for (const Operand& operand : operands) {
        Tensor tensor = testing::float_tensor("t", operand.shape);
        tensor.dtype = operand.dtype;
        tensor.quantization.scale = operand.scale;
        ids.push_back(static_cast<TensorId>(subgraph.tensors.size()));
        subgraph.tensors.push_back(tensor);
      }
    };
    add(row.inputs, op.inputs);
    add(row.outputs, op.outputs);
    if (row.last_input_absent) op.inputs.back() = kNoTensor;
    EXPECT_EQ(lowest_version(NodeView(subgraph, op)), row.version)
        << builtin_op_name(row.op) << " row " << &row - kCases;
  }
}

TEST(Versions, NoRuleNeedsMoreThanItsOperands) {
  const Subgraph empty;
  for (int code = 0; code < kBuiltinOpCount; ++code) {
    const int version =
        lowest_version(NodeView(empty, testing::make_operator(static_cast<Op>(code), {}, {})));
    EXPECT_GE(version, 1);
  }
}

TEST(Versions, MinimumRuntimes) {
  const struct {
    Op op;
    int version;
    const char* runtime;
  } rows[] = {{Op::kAdd, 1, "1.5.0"},
              {Op::kTranspose, 7, "2.14.4"},
              {Op::kBroadcastTo, 1, ""},
              {Op::kBroadcastTo, 2, "2.5.0"},
              {Op::kTile, 1, "1.10.1"},
              {Op::kZerosLike, 1, "1.12.0"},
              {Op::kAdd, 7, ""},
              {Op::kAdd, 0, ""},
              {Op::kCustom, 1, ""},
              {Op::kReshape, 1, "1.5.0"},
              {Op::kFullyConnected, 14, "2.21.0"}};
  for (const auto& row : rows) {
    EXPECT_EQ(min_runtime_version(row.op, row.version), row.runtime)
        << builtin_op_name(row.op) << row.version;
  }
  EXPECT_EQ(max_runtime_version("2.9.0", "2.10.0"), "2.10.0");
  EXPECT_EQ(max_runtime_version("2.14.4", "2.14.0"), "2.14.4");
  EXPECT_EQ(max_runtime_version("", "1.5.0"), "1.5.0");
}

}  // namespace
}  // namespace litewright
