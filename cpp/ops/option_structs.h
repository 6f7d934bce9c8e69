// The options of every operator, as plain structs: names, members and defaults are the file format's.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/dtype.h"

namespace litewright {

// Enumerations, valued as the format values them. The underlying type is the one files store.

enum class Padding : int8_t { kSame, kValid };
enum class Activation : int8_t { kNone, kRelu, kReluN1To1, kRelu6, kTanh, kSignBit };
enum class LSHProjectionType : int8_t { kUnknown, kSparse, kDense };
enum class FullyConnectedWeightsFormat : int8_t { kDefault, kShuffled4x16Int8 };
enum class LSTMKernelType : int8_t { kFull, kBasic };
enum class CombinerType : int8_t { kSum, kMean, kSqrtn };
enum class MirrorPadMode : int8_t { kReflect, kSymmetric };
enum class StablehloPrecisionConfig : uint32_t { kDefault, kHigh, kHighest };
enum class StablehloComparisonDirection : uint32_t { kEq, kNe, kGe, kGt, kLe, kLt };
enum class StablehloComparisonType : uint32_t { kNoType, kFloat, kFloatTotalOrder, kSigned, kUnsigned };
enum class RngAlgorithm : int8_t { kDefault, kPhilox, kThreefry };
enum class ReduceWindowFunction : int32_t { kUnsupported, kAdd, kMul, kMinimum, kMaximum, kAll, kAny };
enum class CustomOptionsFormat : int8_t { kFlexBuffers };

struct Conv2DOptions {
  Padding padding = Padding::kSame;
  int32_t stride_w = 0, stride_h = 0;
  Activation fused_activation_function = Activation::kNone;
  int32_t dilation_w_factor = 1, dilation_h_factor = 1;
  DType quantized_bias_type = DType::kFloat32;
};
struct DepthwiseConv2DOptions {
  Padding padding = Padding::kSame;
  int32_t stride_w = 0, stride_h = 0, depth_multiplier = 0;
  Activation fused_activation_function = Activation::kNone;
  int32_t dilation_w_factor = 1, dilation_h_factor = 1;
};
struct ConcatEmbeddingsOptions {
  int32_t num_channels = 0;
  std::vector<int32_t> num_columns_per_channel, embedding_dim_per_channel;
};
struct LSHProjectionOptions {
  LSHProjectionType type = LSHProjectionType::kUnknown;
};
struct Pool2DOptions {
  Padding padding = Padding::kSame;
  int32_t stride_w = 0, stride_h = 0, filter_width = 0, filter_height = 0;
  Activation fused_activation_function = Activation::kNone;
};
struct SVDFOptions {
  int32_t rank = 0;
  Activation fused_activation_function = Activation::kNone;
  bool asymmetric_quantize_inputs = false;
};
struct RNNOptions {
  Activation fused_activation_function = Activation::kNone;
  bool asymmetric_quantize_inputs = false;
};
struct FullyConnectedOptions {
  Activation fused_activation_function = Activation::kNone;
  FullyConnectedWeightsFormat weights_format = FullyConnectedWeightsFormat::kDefault;
  bool keep_num_dims = false, asymmetric_quantize_inputs = false;
  DType quantized_bias_type = DType::kFloat32;
  std::vector<uint8_t> quant_spec;
};
struct SoftmaxOptions {
  float beta = 0;
};
struct ConcatenationOptions {
  int32_t axis = 0;
  Activation fused_activation_function = Activation::kNone;
};
struct AddOptions {
  Activation fused_activation_function = Activation::kNone;
  bool pot_scale_int16 = true;
};
struct L2NormOptions {
  Activation fused_activation_function = Activation::kNone;
};
struct LocalResponseNormalizationOptions {
  int32_t radius = 0;
  float bias = 0, alpha = 0, beta = 0;
};
struct LSTMOptions {
  Activation fused_activation_function = Activation::kNone;
  float cell_clip = 0, proj_clip = 0;
  LSTMKernelType kernel_type = LSTMKernelType::kFull;
  bool asymmetric_quantize_inputs = false;
};
struct ResizeBilinearOptions {
  bool align_corners = false, half_pixel_centers = false;
};
struct CallOptions {
  uint32_t subgraph = 0;
};
struct ReshapeOptions {
  std::vector<int32_t> new_shape;
};
struct SkipGramOptions {
  int32_t ngram_size = 0, max_skip_size = 0;
  bool include_all_ngrams = false;
};
struct SpaceToDepthOptions {
  int32_t block_size = 0;
};
struct EmbeddingLookupSparseOptions {
  CombinerType combiner = CombinerType::kSum;
};
struct MulOptions {
  Activation fused_activation_function = Activation::kNone;
};
struct GatherOptions {
  int32_t axis = 0, batch_dims = 0;
};
struct ReducerOptions {
  bool keep_dims = false;
};
struct SubOptions {
  Activation fused_activation_function = Activation::kNone;
  bool pot_scale_int16 = true;
};
struct DivOptions {
  Activation fused_activation_function = Activation::kNone;
};
struct SqueezeOptions {
  std::vector<int32_t> squeeze_dims;
};
struct SequenceRNNOptions {
  bool time_major = false;
  Activation fused_activation_function = Activation::kNone;
  bool asymmetric_quantize_inputs = false;
};
struct StridedSliceOptions {
  int32_t begin_mask = 0, end_mask = 0, ellipsis_mask = 0, new_axis_mask = 0, shrink_axis_mask = 0;
  bool offset = false;
};
struct SplitOptions {
  int32_t num_splits = 0;
};
struct CastOptions {
  DType in_data_type = DType::kFloat32, out_data_type = DType::kFloat32;
};
struct ArgMaxOptions {
  DType output_type = DType::kFloat32;
};
struct TransposeConvOptions {
  Padding padding = Padding::kSame;
  int32_t stride_w = 0, stride_h = 0;
  Activation fused_activation_function = Activation::kNone;
  DType quantized_bias_type = DType::kFloat32;
};
struct SparseToDenseOptions {
  bool validate_indices = false;
};
struct ShapeOptions {
  DType out_type = DType::kFloat32;
};
struct ArgMinOptions {
  DType output_type = DType::kFloat32;
};
struct FakeQuantOptions {
  float min = 0, max = 0;
  int32_t num_bits = 0;
  bool narrow_range = false;
};
struct PackOptions {
  int32_t values_count = 0, axis = 0;
};
struct OneHotOptions {
  int32_t axis = 0;
};
struct UnpackOptions {
  int32_t num = 0, axis = 0;
};
struct BidirectionalSequenceLSTMOptions {
  Activation fused_activation_function = Activation::kNone;
  float cell_clip = 0, proj_clip = 0;
  bool merge_outputs = false, time_major = true, asymmetric_quantize_inputs = false;
};
struct BidirectionalSequenceRNNOptions {
  bool time_major = false;
  Activation fused_activation_function = Activation::kNone;
  bool merge_outputs = false, asymmetric_quantize_inputs = false;
};
struct UnidirectionalSequenceLSTMOptions {
  Activation fused_activation_function = Activation::kNone;
  float cell_clip = 0, proj_clip = 0;
  bool time_major = false, asymmetric_quantize_inputs = false, diagonal_recurrent_tensors = false;
};
struct ResizeNearestNeighborOptions {
  bool align_corners = false, half_pixel_centers = false;
};
struct LeakyReluOptions {
  float alpha = 0;
};
struct MirrorPadOptions {
  MirrorPadMode mode = MirrorPadMode::kReflect;
};
struct SplitVOptions {
  int32_t num_splits = 0;
};
struct UniqueOptions {
  DType idx_out_type = DType::kInt32;
};
struct ReverseSequenceOptions {
  int32_t seq_dim = 0, batch_dim = 0;
};
struct IfOptions {
  int32_t then_subgraph_index = 0, else_subgraph_index = 0;
};
struct WhileOptions {
  int32_t cond_subgraph_index = 0, body_subgraph_index = 0;
};
struct DepthToSpaceOptions {
  int32_t block_size = 0;
};
struct BatchMatMulOptions {
  bool adj_x = false, adj_y = false, asymmetric_quantize_inputs = false;
};
struct CumsumOptions {
  bool exclusive = false, reverse = false;
};
struct CallOnceOptions {
  int32_t init_subgraph_index = 0;
};
struct Conv3DOptions {
  Padding padding = Padding::kSame;
  int32_t stride_d = 0, stride_w = 0, stride_h = 0;
  Activation fused_activation_function = Activation::kNone;
  int32_t dilation_d_factor = 1, dilation_w_factor = 1, dilation_h_factor = 1;
};
struct HashtableOptions {
  int32_t table_id = 0;
  DType key_dtype = DType::kFloat32, value_dtype = DType::kFloat32;
};
struct VarHandleOptions {
  std::string container, shared_name;
};
struct RandomOptions {
  int64_t seed = 0, seed2 = 0;
};
struct BucketizeOptions {
  std::vector<float> boundaries;
};
struct GeluOptions {
  bool approximate = false;
};
struct StablehloConcatenateOptions {
  int64_t dimension = 0;
};
struct StablehloBroadcastInDimOptions {
  std::vector<int64_t> broadcast_dimensions;
};
struct StablehloSliceOptions {
  std::vector<int64_t> start_indices, limit_indices, strides;
};
struct StablehloConvolutionOptions {
  std::vector<int64_t> window_strides, padding, lhs_dilation, rhs_dilation;
  std::vector<bool> window_reversal;
  int64_t input_batch_dimension = 0, input_feature_dimension = 0;
  std::vector<int64_t> input_spatial_dimensions;
  int64_t kernel_input_feature_dimension = 0, kernel_output_feature_dimension = 0;
  std::vector<int64_t> kernel_spatial_dimensions;
  int64_t output_batch_dimension = 0, output_feature_dimension = 0;
  std::vector<int64_t> output_spatial_dimensions;
  int64_t feature_group_count = 0, batch_group_count = 0;
  std::vector<uint32_t> precision_config;  // of StablehloPrecisionConfig
};
struct StablehloCustomCallOptions {
  std::string call_target_name;
  bool has_side_effect = false;
  std::string backend_config;
  int32_t api_version = 0;
  std::vector<int32_t> called_computations;
  std::vector<uint8_t> custom_attributes;
};
struct StablehloReduceOptions {
  std::vector<int64_t> dimensions;
  int32_t body_subgraph_index = 0;
};
struct StablehloScatterOptions {
  bool indices_are_sorted = false;
  std::vector<int64_t> update_window_dims, inserted_window_dims, scatter_dims_to_operand_dims;
  int64_t index_vector_dim = 0;
  bool unique_indices = false;
  int32_t update_computation_subgraph_index = 0;
};
struct StablehloCompareOptions {
  StablehloComparisonDirection comparison_direction = StablehloComparisonDirection::kEq;
  StablehloComparisonType compare_type = StablehloComparisonType::kNoType;
};
struct StablehloDynamicSliceOptions {
  std::vector<int64_t> slice_sizes;
};
struct StablehloPadOptions {
  std::vector<int64_t> edge_padding_low, edge_padding_high, interior_padding;
};
struct StablehloIotaOptions {
  int64_t iota_dimension = 0;
};
struct StablehloDotGeneralOptions {
  std::vector<int64_t> lhs_batching_dimensions, rhs_batching_dimensions, lhs_contracting_dimensions,
      rhs_contracting_dimensions;
  std::vector<uint32_t> precision_config;  // of StablehloPrecisionConfig
};
struct StablehloReduceWindowOptions {
  std::vector<int64_t> window_dimensions, window_strides, base_dilations, window_dilations, padding;
  int32_t body_subgraph_index = 0;
};
struct StablehloSortOptions {
  int64_t dimension = 0;
  bool is_stable = false;
  int32_t comparator_subgraph_index = 0;
};
struct StablehloWhileOptions {
  int32_t cond_subgraph_index = 0, body_subgraph_index = 0;
};
struct StablehloGatherOptions {
  std::vector<int64_t> offset_dims, collapsed_slice_dims, start_index_map;
  int64_t index_vector_dim = 0;
  std::vector<int64_t> slice_sizes;
  bool indices_are_sorted = false;
};
struct StablehloTransposeOptions {
  std::vector<int64_t> permutation;
};
struct StablehloRngBitGeneratorOptions {
  RngAlgorithm algorithm = RngAlgorithm::kDefault;
};
struct ReduceWindowOptions {
  ReduceWindowFunction reduce_function = ReduceWindowFunction::kUnsupported;
};
struct StableHLOCompositeOptions {
  std::string name;
  int32_t decomposition_subgraph_index = 0;
  std::vector<uint8_t> composite_attributes;
  CustomOptionsFormat composite_attributes_format = CustomOptionsFormat::kFlexBuffers;
  int32_t version = 0;
};
struct StablehloCaseOptions {
  std::vector<int32_t> branch_subgraph_indices;
};

// Operators whose options say nothing.
struct PadOptions {};
struct BatchToSpaceNDOptions {};
struct SpaceToBatchNDOptions {};
struct TransposeOptions {};
struct ExpOptions {};
struct TopKV2Options {};
struct LogSoftmaxOptions {};
struct DequantizeOptions {};
struct MaximumMinimumOptions {};
struct LessOptions {};
struct NegOptions {};
struct PadV2Options {};
struct GreaterOptions {};
struct GreaterEqualOptions {};
struct LessEqualOptions {};
struct SelectOptions {};
struct SliceOptions {};
struct TileOptions {};
struct ExpandDimsOptions {};
struct EqualOptions {};
struct NotEqualOptions {};
struct PowOptions {};
struct LogicalOrOptions {};
struct LogicalAndOptions {};
struct LogicalNotOptions {};
struct FloorDivOptions {};
struct SquareOptions {};
struct ZerosLikeOptions {};
struct FillOptions {};
struct FloorModOptions {};
struct RangeOptions {};
struct SquaredDifferenceOptions {};
struct AbsOptions {};
struct ReverseV2Options {};
struct AddNOptions {};
struct GatherNdOptions {};
struct CosOptions {};
struct WhereOptions {};
struct RankOptions {};
struct MatrixDiagOptions {};
struct QuantizeOptions {};
struct MatrixSetDiagOptions {};
struct HardSwishOptions {};
struct NonMaxSuppressionV4Options {};
struct NonMaxSuppressionV5Options {};
struct ScatterNdOptions {};
struct SelectV2Options {};
struct DensifyOptions {};
struct SegmentSumOptions {};
struct BroadcastToOptions {};
struct Rfft2dOptions {};
struct HashtableFindOptions {};
struct HashtableImportOptions {};
struct HashtableSizeOptions {};
struct ReadVariableOptions {};
struct AssignVariableOptions {};
struct DynamicUpdateSliceOptions {};
struct UnsortedSegmentProdOptions {};
struct UnsortedSegmentMaxOptions {};
struct UnsortedSegmentMinOptions {};
struct UnsortedSegmentSumOptions {};
struct ATan2Options {};
struct SignOptions {};
struct BitcastOptions {};
struct BitwiseXorOptions {};
struct RightShiftOptions {};
struct DilateOptions {};
struct StablehloShiftLeftOptions {};

}  // namespace litewright
