#include "tflite/versions.h"

#include <algorithm>
#include <map>

namespace litewright {
namespace {

// One operator, with the questions the rules ask.
struct View {
  const NodeView& node;

  const Tensor* in(int i) const { return node.input(i); }
  const Tensor* out(int i = 0) const { return node.output(i); }
  bool is(DType type, int input = 0) const { return in(input) != nullptr && in(input)->dtype == type; }
  bool gives(DType type, int output = 0) const {
    return out(output) != nullptr && out(output)->dtype == type;
  }
  bool either(DType type) const { return is(type) || gives(type); }
  static bool float8(const Tensor* tensor) {
    return tensor != nullptr &&
           (tensor->dtype == DType::kFloat8E4M3FN || tensor->dtype == DType::kFloat8E5M2);
  }
  bool f8(int input = 0) const { return float8(in(input)); }
  bool f16(int input = 0) const { return is(DType::kFloat16, input); }
  bool i4(int input = 0) const { return is(DType::kInt4, input); }
  bool i8(int input = 0) const { return is(DType::kInt8, input); }
  bool u8() const { return is(DType::kUInt8); }
  bool i16(int input = 0) const { return is(DType::kInt16, input); }
  bool i32(int input = 0) const { return is(DType::kInt32, input); }
  bool u32() const { return is(DType::kUInt32); }
  bool i64(int input = 0) const { return is(DType::kInt64, input); }
  bool boolean(int input = 0) const { return is(DType::kBool, input); }
  bool string(int input = 0) const { return is(DType::kString, input); }
  // Activations of one type and weights (operand `w`) of another.
  bool types(DType activation, DType weights, int w = 1) const {
    return is(activation) && is(weights, w) && gives(activation);
  }
  bool hybrid(int w = 1) const { return types(DType::kFloat32, DType::kInt8, w); }
  bool all8() const { return types(DType::kInt8, DType::kInt8); }
  bool all16() const { return types(DType::kInt16, DType::kInt16); }
  bool i16x8(int w = 1) const { return types(DType::kInt16, DType::kInt8, w); }
  bool i16_both() const { return i16() && gives(DType::kInt16); }

  int rank(int input = 0) const {
    return in(input) == nullptr ? 0 : static_cast<int>(in(input)->shape.size());
  }
  int max_rank() const {
    int result = 0;
    for (int i = 0; i < node.num_inputs(); ++i) result = std::max(result, rank(i));
    return result;
  }
  bool broadcasts_over_rank_4() const {
    return in(0) != nullptr && in(1) != nullptr && in(0)->shape != in(1)->shape && max_rank() > 4;
  }
  int dim(int input, int axis) const { return axis < rank(input) ? in(input)->shape[axis] : -1; }
  bool quantized(int input = 0) const { return in(input) != nullptr && in(input)->quantization.quantized(); }
  bool per_channel(int input = 1) const {
    return in(input) != nullptr && in(input)->quantization.per_channel();
  }
  bool grouped() const { return dim(0, 3) > 0 && dim(1, 3) > 0 && dim(0, 3) != dim(1, 3); }
  // s1 * s2 / s_out >= 1.
  bool multiplier_from_one() const {
    if (!quantized(0) || !quantized(1) || out() == nullptr || !out()->quantization.quantized()) return false;
    const auto scale = [](const Tensor* tensor) { return tensor->quantization.scale[0]; };
    return scale(in(0)) * scale(in(1)) / scale(out()) >= 1;
  }
  template <class T>
  const T& options() const {
    return node.options<T>();
  }
  template <class T>
  bool bias_type() const {
    return options<T>().quantized_bias_type != DType::kFloat32;
  }
  template <class T>
  bool asymmetric() const {
    return options<T>().asymmetric_quantize_inputs;
  }
};

using Rule = int (*)(const View&);
using Op = BuiltinOp;

int int8_2(const View& v) { return v.i8() ? 2 : 1; }
int int8_2_int16_3(const View& v) { return v.i16() ? 3 : v.i8() ? 2 : 1; }
int int8_2_int16_both_3(const View& v) { return v.i16_both() ? 3 : v.i8() ? 2 : 1; }
int int8_or_int16_2(const View& v) { return v.i8() || v.i16() ? 2 : 1; }
int float16_2(const View& v) { return v.f16() ? 2 : 1; }
int arg_min_max(const View& v) { return v.boolean() ? 3 : v.i8() ? 2 : 1; }
int min_max(const View& v) { return v.i16_both() ? 4 : v.broadcasts_over_rank_4() ? 3 : v.i8() ? 2 : 1; }
int pad(const View& v) {
  return v.f8() ? 6 : v.boolean() ? 5 : v.rank() > 4 ? 4 : v.i16() ? 3 : v.i8() ? 2 : 1;
}
int space_batch(const View& v) { return v.i16() ? 4 : v.rank() != 4 ? 3 : v.i8() ? 2 : 1; }
template <class T>
int recurrent(const View& v) {
  return !v.i8(1) || !v.gives(DType::kFloat32) ? 1 : v.asymmetric<T>() ? 3 : 2;
}

int conv_2d(const View& v) {
  if (v.i16x8() && v.bias_type<Conv2DOptions>()) return 8;
  if (v.grouped()) return 6;
  if (v.all16()) return 4;
  return v.all8() ? 3 : v.types(DType::kInt8, DType::kInt4) ? 7 : !v.hybrid() ? 1 : v.per_channel() ? 5 : 2;
}
int depthwise_conv_2d(const View& v) {
  if (v.all16()) return 5;
  if (v.hybrid()) return v.per_channel() ? 6 : 4;
  if (v.all8()) return 3;
  if (v.types(DType::kInt8, DType::kInt4)) return 7;
  const auto& options = v.options<DepthwiseConv2DOptions>();
  return options.dilation_w_factor != 1 || options.dilation_h_factor != 1 ? 2 : 1;
}
int transpose_conv(const View& v) {
  const auto& options = v.options<TransposeConvOptions>();
  if (v.i16(2) && v.i8(1) && v.bias_type<TransposeConvOptions>()) return 5;
  if (options.fused_activation_function != Activation::kNone) return 4;
  return v.node.num_inputs() == 4 && v.in(3) != nullptr ? 3 : v.i8(1) ? 2 : 1;
}
int fully_connected(const View& v) {
  const auto& options = v.options<FullyConnectedOptions>();
  if (v.is(DType::kInt2, 1)) return 14;
  if (v.types(DType::kInt16, DType::kInt4)) return 13;
  if (v.hybrid() && v.per_channel()) return 12;
  if (v.i16x8() && v.bias_type<FullyConnectedOptions>()) return 11;
  if (v.in(1) != nullptr && v.in(1)->sparsity.present()) return 8;
  if (v.all16()) return 7;
  if (v.node.num_inputs() == 2) return 6;
  if (options.keep_num_dims) return 5;
  if (v.all8()) return 4;
  if (v.types(DType::kInt8, DType::kInt4)) return 10;
  if (v.hybrid()) return options.asymmetric_quantize_inputs ? 9 : 3;
  return options.weights_format == FullyConnectedWeightsFormat::kShuffled4x16Int8 ? 2 : 1;
}
// The 16x8 forms would be version 5, which no runtime registers.
int lstm(const View& v) {
  const auto& options = v.options<LSTMOptions>();
  if (options.kernel_type == LSTMKernelType::kBasic) return 2;
  return v.i16x8(2) ? 4 : !v.hybrid(2) ? 1 : options.asymmetric_quantize_inputs ? 4 : 3;
}
int unidirectional_sequence_lstm(const View& v) {
  const auto& options = v.options<UnidirectionalSequenceLSTMOptions>();
  if (v.i16x8(2) || options.diagonal_recurrent_tensors) return 4;
  return !v.hybrid(2) ? 1 : options.asymmetric_quantize_inputs ? 3 : 2;
}
int add(const View& v) {
  if (v.f16()) return 6;
  if (v.i16() && !v.quantized()) return 5;
  if (v.i64()) return 4;
  return v.i16_both() && !v.options<AddOptions>().pot_scale_int16 ? 3 : v.i8() ? 2 : 1;
}
int sub(const View& v) {
  if (v.i16_both() && !v.options<SubOptions>().pot_scale_int16) return 5;
  return v.i64() ? 4 : v.broadcasts_over_rank_4() ? 3 : v.i8() ? 2 : 1;
}
int mul(const View& v) {
  if (v.f16()) return 8;
  if ((v.i16() && !v.quantized()) || v.u32()) return 7;
  if (v.is(DType::kComplex64)) return 6;
  return v.i64() ? 5 : v.i16() ? 4 : v.multiplier_from_one() ? 3 : v.i8() ? 2 : 1;
}
int batch_matmul(const View& v) {
  return v.i16() ? 3 : v.i8() ? 2 : v.hybrid() && v.asymmetric<BatchMatMulOptions>() ? 4 : 1;
}
int concatenation(const View& v) {
  return v.f8() ? 7 : v.f16() ? 6 : v.i4() ? 5 : v.u32() ? 4 : v.i16() ? 3 : v.i8() ? 2 : 1;
}
int unpack(const View& v) {
  if (v.f8()) return 6;
  return v.i8() || v.u8()                    ? 2
         : v.boolean()                       ? 3
         : v.i16_both()                      ? 4
         : v.f16() || v.is(DType::kBFloat16) ? 5
                                             : 1;
}
int transpose(const View& v) {
  if (v.f16()) return 9;
  if (v.rank() > 6 || v.is(DType::kBFloat16)) return 8;
  if (v.i4()) return 7;
  return v.rank() > 5 ? 6 : v.i16() ? 5 : v.rank() > 4 ? 4 : v.boolean() ? 3 : v.i8() ? 2 : 1;
}
int slice(const View& v) {
  if (v.f16()) return 8;
  if (v.i4()) return 7;
  return v.u32() ? 6 : v.rank() > 4 ? 5 : v.i16() ? 4 : v.string() ? 3 : v.i8() ? 2 : 1;
}
int strided_slice(const View& v) {
  const auto& options = v.options<StridedSliceOptions>();
  if (options.offset) return 8;
  if (v.u32()) return 7;
  if (options.ellipsis_mask != 0 || options.new_axis_mask != 0) return 6;
  return v.string() ? 5 : v.rank() > 4 ? 4 : v.boolean() ? 3 : v.i8() ? 2 : 1;
}
int gather(const View& v) {
  if (v.f8()) return 8;
  if (v.i4()) return 7;
  if (v.i16(1)) return 6;
  return v.options<GatherOptions>().batch_dims != 0 ? 5 : v.i16() ? 4 : v.boolean() ? 3 : v.i8() ? 2 : 1;
}
int gather_nd(const View& v) {
  return v.f8() ? 6 : v.boolean() ? 5 : v.i16(1) ? 4 : v.i16() ? 3 : v.string() ? 2 : 1;
}
int resize_bilinear(const View& v) {
  return v.i16() ? 4 : v.options<ResizeBilinearOptions>().half_pixel_centers ? 3 : v.i8() ? 2 : 1;
}
int resize_nearest_neighbor(const View& v) {
  const auto& options = v.options<ResizeNearestNeighborOptions>();
  return v.i16() ? 4 : options.half_pixel_centers || options.align_corners ? 3 : v.i8() ? 2 : 1;
}
int select(const View& v) {
  const bool rank_5 = v.rank(0) == 5 || v.rank(1) == 5 || v.rank(2) == 5;
  return v.u32() ? 4 : rank_5 ? 3 : v.i8() ? 2 : 1;
}
int cast(const View& v) {
  if (v.f8() || View::float8(v.out())) return 9;
  if (v.either(DType::kInt2) || v.either(DType::kUInt4)) return 8;
  if (v.either(DType::kBFloat16)) return 7;
  if (v.i4() && v.gives(DType::kFloat32)) return 6;
  if (v.either(DType::kFloat64) || v.either(DType::kFloat16)) return 5;
  return v.either(DType::kUInt16) ? 4 : v.either(DType::kInt8) ? 3 : v.either(DType::kUInt32) ? 2 : 1;
}
int quantize(const View& v) {
  if (v.either(DType::kUInt4)) return 5;
  if (v.either(DType::kInt4)) return 4;
  return v.out() != nullptr && v.out()->quantization.per_channel() ? 3 : v.gives(DType::kInt16) ? 2 : 1;
}
int dequantize(const View& v) {
  if (v.f8()) return 9;
  if (v.is(DType::kUInt4)) return 8;
  if (v.is(DType::kInt2)) return 7;
  if (v.i4()) return 6;
  return v.i16() || v.f16() ? 3 : !v.i8() ? 1 : v.per_channel(0) ? 5 : 2;
}
int fill(const View& v) {
  if (v.f8(1)) return 5;
  return v.f16(1) ? 4 : v.i8(1) || v.i16(1) ? 3 : v.boolean(1) || v.string(1) ? 2 : 1;
}
int dynamic_update_slice(const View& v) {
  return v.is(DType::kBFloat16) ? 6 : v.i4() ? 5 : v.i16() ? 4 : v.f16() ? 3 : v.i64(2) ? 2 : 1;
}

// Operators that are not here have one version. Conditions are tried from left to right.
const std::map<Op, Rule>& rules() {
  static const std::map<Op, Rule> rules = {
      {Op::kAbs,
       [](const View& v) {
         return v.i32() ? 5 : v.i16() ? (v.quantized() ? 3 : 4) : v.i8() || v.u8() ? 2 : 1;
       }},
      {Op::kAdd, add},
      {Op::kArgMax, arg_min_max},
      {Op::kArgMin, arg_min_max},
      {Op::kAveragePool2D, int8_2_int16_both_3},
      {Op::kBatchMatmul, batch_matmul},
      {Op::kBatchToSpaceNd, space_batch},
      {Op::kBidirectionalSequenceLstm, recurrent<BidirectionalSequenceLSTMOptions>},
      {Op::kBidirectionalSequenceRnn, recurrent<BidirectionalSequenceRNNOptions>},
      {Op::kBroadcastTo, [](const View& v) { return v.f8()              ? 4
                                                    : v.i8() || v.i16() ? 3
                                                                        : 2; }},
      {Op::kCast, cast},
      {Op::kConcatenation, concatenation},
      {Op::kConv2D, conv_2d},
      {Op::kCos, float16_2},
      {Op::kDepthToSpace, int8_2},
      {Op::kDepthwiseConv2D, depthwise_conv_2d},
      {Op::kDequantize, dequantize},
      {Op::kDiv, [](const View& v) { return v.broadcasts_over_rank_4() ? 2 : 1; }},
      {Op::kDynamicUpdateSlice, dynamic_update_slice},
      {Op::kEmbeddingLookup,
       [](const View& v) { return v.i4(1) || v.per_channel() ? 4
                                  : v.is(DType::kInt2, 1)    ? 5
                                                             : 1; }},
      {Op::kEqual, [](const View& v) { return v.i16()      ? 5
                                              : v.string() ? 3
                                              : v.i8()     ? 2
                                                           : 1; }},
      {Op::kExp, int8_or_int16_2},
      {Op::kFakeQuant, [](const View& v) { return v.options<FakeQuantOptions>().narrow_range ? 2 : 1; }},
      {Op::kFill, fill},
      {Op::kFloorDiv, [](const View& v) { return v.i8() || v.i16()       ? 3
                                                 : v.is(DType::kFloat32) ? 2
                                                                         : 1; }},
      {Op::kFloorMod, int8_or_int16_2},
      {Op::kFullyConnected, fully_connected},
      {Op::kGather, gather},
      {Op::kGatherNd, gather_nd},
      {Op::kGelu, [](const View& v) { return v.f16()            ? 3
                                             : v.i8() || v.u8() ? 2
                                                                : 1; }},
      {Op::kGreater, int8_2},
      {Op::kGreaterEqual, int8_2_int16_3},
      {Op::kL2Normalization, [](const View& v) { return v.gives(DType::kInt8) ? 2 : 1; }},
      {Op::kLeakyRelu, [](const View& v) { return v.i16() ? 2 : 1; }},
      {Op::kLess, int8_2_int16_3},
      {Op::kLessEqual, int8_2},
      {Op::kLog, int8_or_int16_2},
      {Op::kLogSoftmax, int8_2},
      {Op::kLogistic, int8_2_int16_both_3},
      {Op::kLstm, lstm},
      {Op::kMaxPool2D, int8_2_int16_both_3},
      {Op::kMaximum, min_max},
      {Op::kMean, int8_2_int16_3},
      {Op::kMinimum, min_max},
      {Op::kMirrorPad, int8_2_int16_3},
      {Op::kMul, mul},
      {Op::kNotEqual, [](const View& v) { return v.i16()      ? 4
                                                 : v.string() ? 3
                                                 : v.i8()     ? 2
                                                              : 1; }},
      {Op::kPack, [](const View& v) { return v.f8()         ? 5
                                             : v.i8()       ? 2
                                             : v.i16_both() ? 3
                                             : v.u32()      ? 4
                                                            : 1; }},
      {Op::kPad, pad},
      {Op::kPadv2, pad},
      {Op::kQuantize, quantize},
      {Op::kRange, [](const View& v) { return v.i64() ? 2 : 1; }},
      {Op::kReduceMax, int8_2_int16_3},
      {Op::kReduceMin, int8_2_int16_3},
      {Op::kReduceProd, int8_or_int16_2},
      {Op::kRelu, [](const View& v) { return v.i16()            ? 3
                                             : v.i8() || v.u8() ? 2
                                                                : 1; }},
      {Op::kRelu6, int8_2_int16_3},
      {Op::kResizeBilinear, resize_bilinear},
      {Op::kResizeNearestNeighbor, resize_nearest_neighbor},
      {Op::kReverseV2, [](const View& v) { return v.f8()        ? 4
                                                  : v.i8()      ? 3
                                                  : v.boolean() ? 2
                                                                : 1; }},
      {Op::kRnn, recurrent<RNNOptions>},
      {Op::kRsqrt, int8_2_int16_3},
      {Op::kSelect, select},
      {Op::kSelectV2, [](const View& v) { return v.u32() ? 2 : 1; }},
      {Op::kSign, [](const View& v) { return v.i32() ? 2 : 1; }},
      {Op::kSin, float16_2},
      {Op::kSlice, slice},
      {Op::kSoftmax, [](const View& v) { return v.f16() ? 4 : int8_2_int16_3(v); }},
      {Op::kSpaceToBatchNd, space_batch},
      {Op::kSpaceToDepth, int8_2},
      {Op::kSparseToDense,
       [](const View& v) { return v.i8(2) || v.is(DType::kUInt8, 2) ? 3
                                  : v.i64(2)                        ? 2
                                                                    : 1; }},
      {Op::kSplit, [](const View& v) { return v.f8(1)    ? 5
                                              : v.i16(1) ? 4
                                              : v.i32(1) ? 3
                                              : v.i8(1)  ? 2
                                                         : 1; }},
      {Op::kSplitV, [](const View& v) { return v.f8()   ? 3
                                               : v.i8() ? 2
                                                        : 1; }},
      {Op::kSqrt, int8_or_int16_2},
      {Op::kSquaredDifference, int8_2},
      {Op::kSqueeze, [](const View& v) { return v.string() ? 2 : 1; }},
      {Op::kStridedSlice, strided_slice},
      {Op::kSub, sub},
      {Op::kSum, int8_2},
      {Op::kSvdf,
       [](const View& v) {
         return v.i8() ? 3 : !v.hybrid() ? 1 : v.asymmetric<SVDFOptions>() ? 4 : 2;
       }},
      {Op::kTanh, int8_2_int16_both_3},
      {Op::kTile, [](const View& v) { return v.i8()       ? 3
                                             : v.string() ? 2
                                                          : 1; }},
      {Op::kTopkV2,
       [](const View& v) { return v.i16() || v.i16(1) || v.gives(DType::kInt16, 1) ? 3
                                  : v.i8()                                         ? 2
                                                                                   : 1; }},
      {Op::kTranspose, transpose},
      {Op::kTransposeConv, transpose_conv},
      {Op::kUnidirectionalSequenceLstm, unidirectional_sequence_lstm},
      {Op::kUnidirectionalSequenceRnn, recurrent<SequenceRNNOptions>},
      {Op::kUnpack, unpack},
      {Op::kWhere, [](const View& v) { return v.boolean() ? 1 : 2; }},
  };
  return rules;
}

}  // namespace

int lowest_version(const NodeView& node) {
  const auto rule = rules().find(node.op().code);
  return rule == rules().end() ? 1 : rule->second(View{node});
}

}  // namespace litewright
