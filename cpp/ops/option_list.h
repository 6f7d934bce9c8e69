// Every operator options struct: union of the file format (1 BuiltinOptions, 2 BuiltinOptions2), number in
// it, struct, the field number of its first member, its members in the order of their field numbers.
#pragma once

// clang-format off
#define LITEWRIGHT_OPTIONS(X) \
  X(1, 1, Conv2DOptions, 0, padding, stride_w, stride_h, fused_activation_function, dilation_w_factor, \
    dilation_h_factor, quantized_bias_type) \
  X(1, 2, DepthwiseConv2DOptions, 0, padding, stride_w, stride_h, depth_multiplier, \
    fused_activation_function, dilation_w_factor, dilation_h_factor) \
  X(1, 3, ConcatEmbeddingsOptions, 0, num_channels, num_columns_per_channel, embedding_dim_per_channel) \
  X(1, 4, LSHProjectionOptions, 0, type) \
  X(1, 5, Pool2DOptions, 0, padding, stride_w, stride_h, filter_width, filter_height, \
    fused_activation_function) \
  X(1, 6, SVDFOptions, 0, rank, fused_activation_function, asymmetric_quantize_inputs) \
  X(1, 7, RNNOptions, 0, fused_activation_function, asymmetric_quantize_inputs) \
  X(1, 8, FullyConnectedOptions, 0, fused_activation_function, weights_format, keep_num_dims, \
    asymmetric_quantize_inputs, quantized_bias_type, quant_spec) \
  X(1, 9, SoftmaxOptions, 0, beta) \
  X(1, 10, ConcatenationOptions, 0, axis, fused_activation_function) \
  X(1, 11, AddOptions, 0, fused_activation_function, pot_scale_int16) \
  X(1, 12, L2NormOptions, 0, fused_activation_function) \
  X(1, 13, LocalResponseNormalizationOptions, 0, radius, bias, alpha, beta) \
  X(1, 14, LSTMOptions, 0, fused_activation_function, cell_clip, proj_clip, kernel_type, \
    asymmetric_quantize_inputs) \
  X(1, 15, ResizeBilinearOptions, 2, align_corners, half_pixel_centers) \
  X(1, 16, CallOptions, 0, subgraph) \
  X(1, 17, ReshapeOptions, 0, new_shape) \
  X(1, 18, SkipGramOptions, 0, ngram_size, max_skip_size, include_all_ngrams) \
  X(1, 19, SpaceToDepthOptions, 0, block_size) \
  X(1, 20, EmbeddingLookupSparseOptions, 0, combiner) \
  X(1, 21, MulOptions, 0, fused_activation_function) \
  X(1, 22, PadOptions, 0) \
  X(1, 23, GatherOptions, 0, axis, batch_dims) \
  X(1, 24, BatchToSpaceNDOptions, 0) X(1, 25, SpaceToBatchNDOptions, 0) X(1, 26, TransposeOptions, 0) \
  X(1, 27, ReducerOptions, 0, keep_dims) \
  X(1, 28, SubOptions, 0, fused_activation_function, pot_scale_int16) \
  X(1, 29, DivOptions, 0, fused_activation_function) \
  X(1, 30, SqueezeOptions, 0, squeeze_dims) \
  X(1, 31, SequenceRNNOptions, 0, time_major, fused_activation_function, asymmetric_quantize_inputs) \
  X(1, 32, StridedSliceOptions, 0, begin_mask, end_mask, ellipsis_mask, new_axis_mask, shrink_axis_mask, \
    offset) \
  X(1, 33, ExpOptions, 0) X(1, 34, TopKV2Options, 0) \
  X(1, 35, SplitOptions, 0, num_splits) \
  X(1, 36, LogSoftmaxOptions, 0) \
  X(1, 37, CastOptions, 0, in_data_type, out_data_type) \
  X(1, 38, DequantizeOptions, 0) X(1, 39, MaximumMinimumOptions, 0) \
  X(1, 40, ArgMaxOptions, 0, output_type) \
  X(1, 41, LessOptions, 0) X(1, 42, NegOptions, 0) X(1, 43, PadV2Options, 0) X(1, 44, GreaterOptions, 0) \
  X(1, 45, GreaterEqualOptions, 0) X(1, 46, LessEqualOptions, 0) X(1, 47, SelectOptions, 0) \
  X(1, 48, SliceOptions, 0) \
  X(1, 49, TransposeConvOptions, 0, padding, stride_w, stride_h, fused_activation_function, \
    quantized_bias_type) \
  X(1, 50, SparseToDenseOptions, 0, validate_indices) \
  X(1, 51, TileOptions, 0) X(1, 52, ExpandDimsOptions, 0) X(1, 53, EqualOptions, 0) \
  X(1, 54, NotEqualOptions, 0) \
  X(1, 55, ShapeOptions, 0, out_type) \
  X(1, 56, PowOptions, 0) \
  X(1, 57, ArgMinOptions, 0, output_type) \
  X(1, 58, FakeQuantOptions, 0, min, max, num_bits, narrow_range) \
  X(1, 59, PackOptions, 0, values_count, axis) \
  X(1, 60, LogicalOrOptions, 0) \
  X(1, 61, OneHotOptions, 0, axis) \
  X(1, 62, LogicalAndOptions, 0) X(1, 63, LogicalNotOptions, 0) \
  X(1, 64, UnpackOptions, 0, num, axis) \
  X(1, 65, FloorDivOptions, 0) X(1, 66, SquareOptions, 0) X(1, 67, ZerosLikeOptions, 0) \
  X(1, 68, FillOptions, 0) \
  X(1, 69, BidirectionalSequenceLSTMOptions, 0, fused_activation_function, cell_clip, proj_clip, \
    merge_outputs, time_major, asymmetric_quantize_inputs) \
  X(1, 70, BidirectionalSequenceRNNOptions, 0, time_major, fused_activation_function, merge_outputs, \
    asymmetric_quantize_inputs) \
  X(1, 71, UnidirectionalSequenceLSTMOptions, 0, fused_activation_function, cell_clip, proj_clip, \
    time_major, asymmetric_quantize_inputs, diagonal_recurrent_tensors) \
  X(1, 72, FloorModOptions, 0) X(1, 73, RangeOptions, 0) \
  X(1, 74, ResizeNearestNeighborOptions, 0, align_corners, half_pixel_centers) \
  X(1, 75, LeakyReluOptions, 0, alpha) \
  X(1, 76, SquaredDifferenceOptions, 0) \
  X(1, 77, MirrorPadOptions, 0, mode) \
  X(1, 78, AbsOptions, 0) \
  X(1, 79, SplitVOptions, 0, num_splits) \
  X(1, 80, UniqueOptions, 0, idx_out_type) \
  X(1, 81, ReverseV2Options, 0) X(1, 82, AddNOptions, 0) X(1, 83, GatherNdOptions, 0) \
  X(1, 84, CosOptions, 0) X(1, 85, WhereOptions, 0) X(1, 86, RankOptions, 0) \
  X(1, 87, ReverseSequenceOptions, 0, seq_dim, batch_dim) \
  X(1, 88, MatrixDiagOptions, 0) X(1, 89, QuantizeOptions, 0) X(1, 90, MatrixSetDiagOptions, 0) \
  X(1, 91, HardSwishOptions, 0) \
  X(1, 92, IfOptions, 0, then_subgraph_index, else_subgraph_index) \
  X(1, 93, WhileOptions, 0, cond_subgraph_index, body_subgraph_index) \
  X(1, 94, DepthToSpaceOptions, 0, block_size) \
  X(1, 95, NonMaxSuppressionV4Options, 0) X(1, 96, NonMaxSuppressionV5Options, 0) \
  X(1, 97, ScatterNdOptions, 0) X(1, 98, SelectV2Options, 0) X(1, 99, DensifyOptions, 0) \
  X(1, 100, SegmentSumOptions, 0) \
  X(1, 101, BatchMatMulOptions, 0, adj_x, adj_y, asymmetric_quantize_inputs) \
  X(1, 102, CumsumOptions, 0, exclusive, reverse) \
  X(1, 103, CallOnceOptions, 0, init_subgraph_index) \
  X(1, 104, BroadcastToOptions, 0) X(1, 105, Rfft2dOptions, 0) \
  X(1, 106, Conv3DOptions, 0, padding, stride_d, stride_w, stride_h, fused_activation_function, \
    dilation_d_factor, dilation_w_factor, dilation_h_factor) \
  X(1, 107, HashtableOptions, 0, table_id, key_dtype, value_dtype) \
  X(1, 108, HashtableFindOptions, 0) X(1, 109, HashtableImportOptions, 0) \
  X(1, 110, HashtableSizeOptions, 0) \
  X(1, 111, VarHandleOptions, 0, container, shared_name) \
  X(1, 112, ReadVariableOptions, 0) X(1, 113, AssignVariableOptions, 0) \
  X(1, 114, RandomOptions, 0, seed, seed2) \
  X(1, 115, BucketizeOptions, 0, boundaries) \
  X(1, 116, GeluOptions, 0, approximate) \
  X(1, 117, DynamicUpdateSliceOptions, 0) X(1, 118, UnsortedSegmentProdOptions, 0) \
  X(1, 119, UnsortedSegmentMaxOptions, 0) X(1, 120, UnsortedSegmentMinOptions, 0) \
  X(1, 121, UnsortedSegmentSumOptions, 0) X(1, 122, ATan2Options, 0) X(1, 123, SignOptions, 0) \
  X(1, 124, BitcastOptions, 0) X(1, 125, BitwiseXorOptions, 0) X(1, 126, RightShiftOptions, 0) \
  X(2, 1, StablehloConcatenateOptions, 0, dimension) \
  X(2, 2, StablehloBroadcastInDimOptions, 0, broadcast_dimensions) \
  X(2, 3, StablehloSliceOptions, 0, start_indices, limit_indices, strides) \
  X(2, 4, StablehloConvolutionOptions, 0, window_strides, padding, lhs_dilation, rhs_dilation, \
    window_reversal, input_batch_dimension, input_feature_dimension, input_spatial_dimensions, \
    kernel_input_feature_dimension, kernel_output_feature_dimension, kernel_spatial_dimensions, \
    output_batch_dimension, output_feature_dimension, output_spatial_dimensions, feature_group_count, \
    batch_group_count, precision_config) \
  X(2, 5, StablehloCustomCallOptions, 0, call_target_name, has_side_effect, backend_config, api_version, \
    called_computations, custom_attributes) \
  X(2, 6, StablehloReduceOptions, 0, dimensions, body_subgraph_index) \
  X(2, 7, StablehloScatterOptions, 0, indices_are_sorted, update_window_dims, inserted_window_dims, \
    scatter_dims_to_operand_dims, index_vector_dim, unique_indices, update_computation_subgraph_index) \
  X(2, 8, StablehloCompareOptions, 0, comparison_direction, compare_type) \
  X(2, 9, StablehloDynamicSliceOptions, 0, slice_sizes) \
  X(2, 10, StablehloPadOptions, 0, edge_padding_low, edge_padding_high, interior_padding) \
  X(2, 11, StablehloIotaOptions, 0, iota_dimension) \
  X(2, 12, StablehloDotGeneralOptions, 0, lhs_batching_dimensions, rhs_batching_dimensions, \
    lhs_contracting_dimensions, rhs_contracting_dimensions, precision_config) \
  X(2, 13, StablehloReduceWindowOptions, 0, window_dimensions, window_strides, base_dilations, \
    window_dilations, padding, body_subgraph_index) \
  X(2, 14, StablehloSortOptions, 0, dimension, is_stable, comparator_subgraph_index) \
  X(2, 15, StablehloWhileOptions, 0, cond_subgraph_index, body_subgraph_index) \
  X(2, 16, StablehloGatherOptions, 0, offset_dims, collapsed_slice_dims, start_index_map, \
    index_vector_dim, slice_sizes, indices_are_sorted) \
  X(2, 17, StablehloTransposeOptions, 0, permutation) \
  X(2, 18, DilateOptions, 0) \
  X(2, 19, StablehloRngBitGeneratorOptions, 0, algorithm) \
  X(2, 20, ReduceWindowOptions, 0, reduce_function) \
  X(2, 21, StableHLOCompositeOptions, 0, name, decomposition_subgraph_index, composite_attributes, \
    composite_attributes_format, version) \
  X(2, 22, StablehloShiftLeftOptions, 0) \
  X(2, 23, StablehloCaseOptions, 0, branch_subgraph_indices)
// clang-format on
