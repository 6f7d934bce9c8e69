// The operators of the .tflite format and their numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace litewright {

// X(name in the format, enumerator, number)
// clang-format off
#define LITEWRIGHT_BUILTIN_OPS(X) \
  X(ADD, kAdd, 0) X(AVERAGE_POOL_2D, kAveragePool2D, 1) X(CONCATENATION, kConcatenation, 2) \
  X(CONV_2D, kConv2D, 3) X(DEPTHWISE_CONV_2D, kDepthwiseConv2D, 4) X(DEPTH_TO_SPACE, kDepthToSpace, 5) \
  X(DEQUANTIZE, kDequantize, 6) X(EMBEDDING_LOOKUP, kEmbeddingLookup, 7) X(FLOOR, kFloor, 8) \
  X(FULLY_CONNECTED, kFullyConnected, 9) X(HASHTABLE_LOOKUP, kHashtableLookup, 10) \
  X(L2_NORMALIZATION, kL2Normalization, 11) X(L2_POOL_2D, kL2Pool2D, 12) \
  X(LOCAL_RESPONSE_NORMALIZATION, kLocalResponseNormalization, 13) X(LOGISTIC, kLogistic, 14) \
  X(LSH_PROJECTION, kLshProjection, 15) X(LSTM, kLstm, 16) X(MAX_POOL_2D, kMaxPool2D, 17) X(MUL, kMul, 18) \
  X(RELU, kRelu, 19) X(RELU_N1_TO_1, kReluN1To1, 20) X(RELU6, kRelu6, 21) X(RESHAPE, kReshape, 22) \
  X(RESIZE_BILINEAR, kResizeBilinear, 23) X(RNN, kRnn, 24) X(SOFTMAX, kSoftmax, 25) \
  X(SPACE_TO_DEPTH, kSpaceToDepth, 26) X(SVDF, kSvdf, 27) X(TANH, kTanh, 28) \
  X(CONCAT_EMBEDDINGS, kConcatEmbeddings, 29) X(SKIP_GRAM, kSkipGram, 30) X(CALL, kCall, 31) \
  X(CUSTOM, kCustom, 32) X(EMBEDDING_LOOKUP_SPARSE, kEmbeddingLookupSparse, 33) X(PAD, kPad, 34) \
  X(UNIDIRECTIONAL_SEQUENCE_RNN, kUnidirectionalSequenceRnn, 35) X(GATHER, kGather, 36) \
  X(BATCH_TO_SPACE_ND, kBatchToSpaceNd, 37) X(SPACE_TO_BATCH_ND, kSpaceToBatchNd, 38) \
  X(TRANSPOSE, kTranspose, 39) X(MEAN, kMean, 40) X(SUB, kSub, 41) X(DIV, kDiv, 42) \
  X(SQUEEZE, kSqueeze, 43) X(UNIDIRECTIONAL_SEQUENCE_LSTM, kUnidirectionalSequenceLstm, 44) \
  X(STRIDED_SLICE, kStridedSlice, 45) X(BIDIRECTIONAL_SEQUENCE_RNN, kBidirectionalSequenceRnn, 46) \
  X(EXP, kExp, 47) X(TOPK_V2, kTopkV2, 48) X(SPLIT, kSplit, 49) X(LOG_SOFTMAX, kLogSoftmax, 50) \
  X(DELEGATE, kDelegate, 51) X(BIDIRECTIONAL_SEQUENCE_LSTM, kBidirectionalSequenceLstm, 52) \
  X(CAST, kCast, 53) X(PRELU, kPrelu, 54) X(MAXIMUM, kMaximum, 55) X(ARG_MAX, kArgMax, 56) \
  X(MINIMUM, kMinimum, 57) X(LESS, kLess, 58) X(NEG, kNeg, 59) X(PADV2, kPadv2, 60) \
  X(GREATER, kGreater, 61) X(GREATER_EQUAL, kGreaterEqual, 62) X(LESS_EQUAL, kLessEqual, 63) \
  X(SELECT, kSelect, 64) X(SLICE, kSlice, 65) X(SIN, kSin, 66) X(TRANSPOSE_CONV, kTransposeConv, 67) \
  X(SPARSE_TO_DENSE, kSparseToDense, 68) X(TILE, kTile, 69) X(EXPAND_DIMS, kExpandDims, 70) \
  X(EQUAL, kEqual, 71) X(NOT_EQUAL, kNotEqual, 72) X(LOG, kLog, 73) X(SUM, kSum, 74) X(SQRT, kSqrt, 75) \
  X(RSQRT, kRsqrt, 76) X(SHAPE, kShape, 77) X(POW, kPow, 78) X(ARG_MIN, kArgMin, 79) \
  X(FAKE_QUANT, kFakeQuant, 80) X(REDUCE_PROD, kReduceProd, 81) X(REDUCE_MAX, kReduceMax, 82) \
  X(PACK, kPack, 83) X(LOGICAL_OR, kLogicalOr, 84) X(ONE_HOT, kOneHot, 85) X(LOGICAL_AND, kLogicalAnd, 86) \
  X(LOGICAL_NOT, kLogicalNot, 87) X(UNPACK, kUnpack, 88) X(REDUCE_MIN, kReduceMin, 89) \
  X(FLOOR_DIV, kFloorDiv, 90) X(REDUCE_ANY, kReduceAny, 91) X(SQUARE, kSquare, 92) \
  X(ZEROS_LIKE, kZerosLike, 93) X(FILL, kFill, 94) X(FLOOR_MOD, kFloorMod, 95) X(RANGE, kRange, 96) \
  X(RESIZE_NEAREST_NEIGHBOR, kResizeNearestNeighbor, 97) X(LEAKY_RELU, kLeakyRelu, 98) \
  X(SQUARED_DIFFERENCE, kSquaredDifference, 99) X(MIRROR_PAD, kMirrorPad, 100) X(ABS, kAbs, 101) \
  X(SPLIT_V, kSplitV, 102) X(UNIQUE, kUnique, 103) X(CEIL, kCeil, 104) X(REVERSE_V2, kReverseV2, 105) \
  X(ADD_N, kAddN, 106) X(GATHER_ND, kGatherNd, 107) X(COS, kCos, 108) X(WHERE, kWhere, 109) \
  X(RANK, kRank, 110) X(ELU, kElu, 111) X(REVERSE_SEQUENCE, kReverseSequence, 112) \
  X(MATRIX_DIAG, kMatrixDiag, 113) X(QUANTIZE, kQuantize, 114) X(MATRIX_SET_DIAG, kMatrixSetDiag, 115) \
  X(ROUND, kRound, 116) X(HARD_SWISH, kHardSwish, 117) X(IF, kIf, 118) X(WHILE, kWhile, 119) \
  X(NON_MAX_SUPPRESSION_V4, kNonMaxSuppressionV4, 120) \
  X(NON_MAX_SUPPRESSION_V5, kNonMaxSuppressionV5, 121) X(SCATTER_ND, kScatterNd, 122) \
  X(SELECT_V2, kSelectV2, 123) X(DENSIFY, kDensify, 124) X(SEGMENT_SUM, kSegmentSum, 125) \
  X(BATCH_MATMUL, kBatchMatmul, 126) \
  X(PLACEHOLDER_FOR_GREATER_OP_CODES, kPlaceholderForGreaterOpCodes, 127) X(CUMSUM, kCumsum, 128) \
  X(CALL_ONCE, kCallOnce, 129) X(BROADCAST_TO, kBroadcastTo, 130) X(RFFT2D, kRfft2d, 131) \
  X(CONV_3D, kConv3D, 132) X(IMAG, kImag, 133) X(REAL, kReal, 134) X(COMPLEX_ABS, kComplexAbs, 135) \
  X(HASHTABLE, kHashtable, 136) X(HASHTABLE_FIND, kHashtableFind, 137) \
  X(HASHTABLE_IMPORT, kHashtableImport, 138) X(HASHTABLE_SIZE, kHashtableSize, 139) \
  X(REDUCE_ALL, kReduceAll, 140) X(CONV_3D_TRANSPOSE, kConv3DTranspose, 141) \
  X(VAR_HANDLE, kVarHandle, 142) X(READ_VARIABLE, kReadVariable, 143) \
  X(ASSIGN_VARIABLE, kAssignVariable, 144) X(BROADCAST_ARGS, kBroadcastArgs, 145) \
  X(RANDOM_STANDARD_NORMAL, kRandomStandardNormal, 146) X(BUCKETIZE, kBucketize, 147) \
  X(RANDOM_UNIFORM, kRandomUniform, 148) X(MULTINOMIAL, kMultinomial, 149) X(GELU, kGelu, 150) \
  X(DYNAMIC_UPDATE_SLICE, kDynamicUpdateSlice, 151) X(RELU_0_TO_1, kRelu0To1, 152) \
  X(UNSORTED_SEGMENT_PROD, kUnsortedSegmentProd, 153) X(UNSORTED_SEGMENT_MAX, kUnsortedSegmentMax, 154) \
  X(UNSORTED_SEGMENT_SUM, kUnsortedSegmentSum, 155) X(ATAN2, kAtan2, 156) \
  X(UNSORTED_SEGMENT_MIN, kUnsortedSegmentMin, 157) X(SIGN, kSign, 158) X(BITCAST, kBitcast, 159) \
  X(BITWISE_XOR, kBitwiseXor, 160) X(RIGHT_SHIFT, kRightShift, 161) \
  X(STABLEHLO_LOGISTIC, kStablehloLogistic, 162) X(STABLEHLO_ADD, kStablehloAdd, 163) \
  X(STABLEHLO_DIVIDE, kStablehloDivide, 164) X(STABLEHLO_MULTIPLY, kStablehloMultiply, 165) \
  X(STABLEHLO_MAXIMUM, kStablehloMaximum, 166) X(STABLEHLO_RESHAPE, kStablehloReshape, 167) \
  X(STABLEHLO_CLAMP, kStablehloClamp, 168) X(STABLEHLO_CONCATENATE, kStablehloConcatenate, 169) \
  X(STABLEHLO_BROADCAST_IN_DIM, kStablehloBroadcastInDim, 170) \
  X(STABLEHLO_CONVOLUTION, kStablehloConvolution, 171) X(STABLEHLO_SLICE, kStablehloSlice, 172) \
  X(STABLEHLO_CUSTOM_CALL, kStablehloCustomCall, 173) X(STABLEHLO_REDUCE, kStablehloReduce, 174) \
  X(STABLEHLO_ABS, kStablehloAbs, 175) X(STABLEHLO_AND, kStablehloAnd, 176) \
  X(STABLEHLO_COSINE, kStablehloCosine, 177) X(STABLEHLO_EXPONENTIAL, kStablehloExponential, 178) \
  X(STABLEHLO_FLOOR, kStablehloFloor, 179) X(STABLEHLO_LOG, kStablehloLog, 180) \
  X(STABLEHLO_MINIMUM, kStablehloMinimum, 181) X(STABLEHLO_NEGATE, kStablehloNegate, 182) \
  X(STABLEHLO_OR, kStablehloOr, 183) X(STABLEHLO_POWER, kStablehloPower, 184) \
  X(STABLEHLO_REMAINDER, kStablehloRemainder, 185) X(STABLEHLO_RSQRT, kStablehloRsqrt, 186) \
  X(STABLEHLO_SELECT, kStablehloSelect, 187) X(STABLEHLO_SUBTRACT, kStablehloSubtract, 188) \
  X(STABLEHLO_TANH, kStablehloTanh, 189) X(STABLEHLO_SCATTER, kStablehloScatter, 190) \
  X(STABLEHLO_COMPARE, kStablehloCompare, 191) X(STABLEHLO_CONVERT, kStablehloConvert, 192) \
  X(STABLEHLO_DYNAMIC_SLICE, kStablehloDynamicSlice, 193) \
  X(STABLEHLO_DYNAMIC_UPDATE_SLICE, kStablehloDynamicUpdateSlice, 194) \
  X(STABLEHLO_PAD, kStablehloPad, 195) X(STABLEHLO_IOTA, kStablehloIota, 196) \
  X(STABLEHLO_DOT_GENERAL, kStablehloDotGeneral, 197) \
  X(STABLEHLO_REDUCE_WINDOW, kStablehloReduceWindow, 198) X(STABLEHLO_SORT, kStablehloSort, 199) \
  X(STABLEHLO_WHILE, kStablehloWhile, 200) X(STABLEHLO_GATHER, kStablehloGather, 201) \
  X(STABLEHLO_TRANSPOSE, kStablehloTranspose, 202) X(DILATE, kDilate, 203) \
  X(STABLEHLO_RNG_BIT_GENERATOR, kStablehloRngBitGenerator, 204) X(REDUCE_WINDOW, kReduceWindow, 205) \
  X(STABLEHLO_COMPOSITE, kStablehloComposite, 206) X(STABLEHLO_SHIFT_LEFT, kStablehloShiftLeft, 207) \
  X(STABLEHLO_CBRT, kStablehloCbrt, 208) X(STABLEHLO_CASE, kStablehloCase, 209)
// clang-format on

enum class BuiltinOp : int32_t {
#define LITEWRIGHT_ENUMERATOR(NAME, ENUMERATOR, NUMBER) ENUMERATOR = NUMBER,
  LITEWRIGHT_BUILTIN_OPS(LITEWRIGHT_ENUMERATOR)
#undef LITEWRIGHT_ENUMERATOR
};
inline constexpr int kBuiltinOpCount = 210;

// "CONV_2D"; "UNKNOWN" for a number the format does not have.
const char* builtin_op_name(BuiltinOp op);
std::optional<BuiltinOp> find_builtin_op(std::string_view name);

}  // namespace litewright
