// A graph that uses everything the file format can say, and comparison of graphs.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "graph/graph.h"

namespace litewright::testing {

inline Tensor float_tensor(const std::string& name, Shape shape) {
  Tensor tensor;
  tensor.name = name;
  tensor.shape = std::move(shape);
  return tensor;
}

template <class T>
Tensor constant_tensor(const std::string& name, Shape shape, const std::vector<T>& values) {
  Tensor tensor = float_tensor(name, std::move(shape));
  tensor.dtype = dtype_of<T>;
  tensor.is_constant = true;
  tensor.data = Bytes::copy(values);
  return tensor;
}

inline Operator make_operator(BuiltinOp code, std::vector<TensorId> inputs, std::vector<TensorId> outputs,
                              Options options = {}) {
  Operator op;
  op.code = code;
  op.inputs = std::move(inputs);
  op.outputs = std::move(outputs);
  op.options = std::move(options);
  return op;
}

inline Bytes bytes_of(const std::vector<uint8_t>& values) { return Bytes::copy(values); }

// Strings "ab", "" and "c" as the format stores them.
inline Bytes three_strings() {
  std::vector<int32_t> header = {3, 20, 22, 22, 23};
  std::vector<uint8_t> bytes(23, 'c');
  std::memcpy(bytes.data(), header.data(), 20);
  bytes[20] = 'a';
  bytes[21] = 'b';
  return bytes_of(bytes);
}

// A 4x4 float constant with 2x2 blocks, of which the upper left and the lower right are stored.
inline Tensor block_sparse_tensor() {
  Tensor tensor = constant_tensor<float>("sparse", {4, 4}, {1, 2, 3, 4, 5, 6, 7, 8});
  tensor.sparsity.traversal_order = {0, 1, 2, 3};
  tensor.sparsity.block_map = {0, 1};
  tensor.sparsity.dimensions = {{.sparse = false, .dense_size = 2, .segments = {}, .indices = {}},
                                {.sparse = true, .dense_size = 0, .segments = {0, 1, 2}, .indices = {0, 1}},
                                {.sparse = false, .dense_size = 2, .segments = {}, .indices = {}},
                                {.sparse = false, .dense_size = 2, .segments = {}, .indices = {}}};
  return tensor;
}

inline Graph sample_graph() {
  Graph graph;
  graph.description = "a sample";
  Subgraph main;
  main.name = "main";
  main.tensors = {float_tensor("x", {-1, 4}),  // 0
                  constant_tensor<float>("weights", {3, 4}, std::vector<float>(12, 0.5f)),
                  constant_tensor<float>("bias", {3}, {1, 2, 3}),
                  float_tensor("dense", {-1, 3}),  // 3
                  constant_tensor<float>("same as bias", {3}, {1, 2, 3}),
                  float_tensor("state", {1, 3}),  // 5
                  float_tensor("sum", {-1, 3}),
                  block_sparse_tensor(),  // 7
                  constant_tensor<float>("no elements", {0, 2}, std::vector<float>{}),
                  constant_tensor<int64_t>("int64", {}, {-7}),  // 9
                  float_tensor("custom result", {})};
  main.tensors[0].initial_shape = {8, 4};
  main.tensors[3].quantization = {.scale = {0.5f}, .zero_point = {-3}, .min = {-1}, .max = {1}};
  main.tensors[5].is_variable = true;
  main.tensors[10].has_rank = false;
  Tensor nibbles = float_tensor("int4", {3});  // 11
  nibbles.dtype = DType::kInt4;
  nibbles.is_constant = true;
  nibbles.data = bytes_of({0x21, 0x03});
  nibbles.quantization = {.scale = {1, 2, 3}, .zero_point = {0, 0, 0}, .axis = 0};
  Tensor strings = float_tensor("strings", {3});  // 12
  strings.dtype = DType::kString;
  strings.is_constant = true;
  strings.data = three_strings();
  Tensor variant = float_tensor("variant", {});  // 13
  variant.dtype = DType::kVariant;
  variant.variant_types = {{DType::kInt32, {2, 3}, true}};
  Tensor blocks = float_tensor("blocks", {4, 4});  // 14
  blocks.quantization.block_size = 2;
  blocks.quantization.block_scales = 1;
  blocks.quantization.block_zero_points = -1;
  blocks.quantization.block_shape = {1, 2};
  Tensor axes = blocks;  // 15
  axes.quantization.block_shape = {};
  axes.quantization.block_axes = {0, 1};
  for (Tensor* tensor : {&nibbles, &strings, &variant, &blocks, &axes}) main.tensors.push_back(*tensor);

  main.operators = {make_operator(BuiltinOp::kFullyConnected, {0, 1, 2}, {3},
                                  FullyConnectedOptions{.fused_activation_function = Activation::kRelu,
                                                        .keep_num_dims = true}),
                    make_operator(BuiltinOp::kAdd, {3, 4}, {6}, AddOptions{.pot_scale_int16 = false}),
                    make_operator(BuiltinOp::kCustom, {6, kNoTensor}, {10})};
  main.operators[1].mutating_inputs = {false, true};
  main.operators[1].intermediates = {5};
  main.operators[1].debug_index = 4;
  main.operators[2].custom_code = "MyOp";
  main.operators[2].custom_options = bytes_of({1, 2, 3});
  main.inputs = {0};
  main.outputs = {6, 10};
  main.debug_index = 2;
  Subgraph second;
  second.name = "second";
  second.tensors = {float_tensor("a", {2}), float_tensor("b", {2})};
  second.operators = {make_operator(BuiltinOp::kStablehloCbrt, {0}, {1})};
  second.inputs = {0};
  second.outputs = {1};
  graph.subgraphs = {main, second};
  graph.signatures = {{"serving_default", 0, {{"x", 0}}, {{"a", 10}, {"z", 6}}},
                      {"second", 1, {{"a", 0}}, {{"b", 1}}}};
  graph.metadata = {{"note", bytes_of({9, 8, 7})}};
  return graph;
}

inline void expect_equal(const Tensor& a, const Tensor& b) {
  SCOPED_TRACE(a.name);
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.dtype, b.dtype);
  EXPECT_EQ(a.shape, b.shape);
  EXPECT_EQ(a.initial_shape, b.initial_shape);
  EXPECT_EQ(a.has_rank, b.has_rank);
  EXPECT_EQ(a.quantization, b.quantization);
  EXPECT_EQ(a.sparsity, b.sparsity);
  EXPECT_EQ(a.is_variable, b.is_variable);
  EXPECT_EQ(a.is_constant, b.is_constant);
  EXPECT_EQ(a.data, b.data);
  ASSERT_EQ(a.variant_types.size(), b.variant_types.size());
  for (size_t i = 0; i < a.variant_types.size(); ++i) {
    EXPECT_EQ(a.variant_types[i].dtype, b.variant_types[i].dtype);
    EXPECT_EQ(a.variant_types[i].shape, b.variant_types[i].shape);
    EXPECT_EQ(a.variant_types[i].has_rank, b.variant_types[i].has_rank);
  }
}

inline void expect_equal(const Operator& a, const Operator& b) {
  SCOPED_TRACE(a.display_name());
  EXPECT_EQ(a.code, b.code);
  EXPECT_EQ(a.custom_code, b.custom_code);
  EXPECT_EQ(a.inputs, b.inputs);
  EXPECT_EQ(a.outputs, b.outputs);
  EXPECT_EQ(a.intermediates, b.intermediates);
  EXPECT_EQ(a.mutating_inputs, b.mutating_inputs);
  EXPECT_EQ(to_string(a.options), to_string(b.options));
  EXPECT_EQ(a.custom_options, b.custom_options);
  EXPECT_EQ(a.debug_index, b.debug_index);
}

// All but versions and metadata, which the writer computes.
inline void expect_equal(const Graph& a, const Graph& b) {
  EXPECT_EQ(a.description, b.description);
  ASSERT_EQ(a.subgraphs.size(), b.subgraphs.size());
  for (size_t s = 0; s < a.subgraphs.size(); ++s) {
    const Subgraph &from = a.subgraphs[s], &to = b.subgraphs[s];
    EXPECT_EQ(from.name, to.name);
    EXPECT_EQ(from.inputs, to.inputs);
    EXPECT_EQ(from.outputs, to.outputs);
    EXPECT_EQ(from.debug_index, to.debug_index);
    ASSERT_EQ(from.tensors.size(), to.tensors.size());
    for (size_t i = 0; i < from.tensors.size(); ++i) expect_equal(from.tensors[i], to.tensors[i]);
    ASSERT_EQ(from.operators.size(), to.operators.size());
    for (size_t i = 0; i < from.operators.size(); ++i) expect_equal(from.operators[i], to.operators[i]);
  }
  ASSERT_EQ(a.signatures.size(), b.signatures.size());
  for (size_t i = 0; i < a.signatures.size(); ++i) {
    EXPECT_EQ(a.signatures[i].key, b.signatures[i].key);
    EXPECT_EQ(a.signatures[i].subgraph, b.signatures[i].subgraph);
    EXPECT_EQ(a.signatures[i].inputs, b.signatures[i].inputs);
    EXPECT_EQ(a.signatures[i].outputs, b.signatures[i].outputs);
  }
}

}  // namespace litewright::testing
