// The one in-memory model: what a .tflite file says, with TFLite's operators and nothing else.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/bytes.h"
#include "core/dtype.h"
#include "core/shape.h"
#include "ops/builtin_op.h"
#include "ops/options.h"

namespace litewright {

using TensorId = int32_t;                  // index into Subgraph::tensors
inline constexpr TensorId kNoTensor = -1;  // an optional operand that is not there

// real = scale * (stored - zero_point). Empty scale: not quantized. One scale: per tensor. More: one per
// slice along `axis`.
struct Quantization {
  std::vector<float> scale;
  std::vector<int64_t> zero_point;
  int32_t axis = 0;
  // The calibrated range, where the file carries one.
  std::vector<float> min, max;
  // Block-wise quantization (block_size > 0): scales and zero points are tensors of the subgraph.
  int32_t block_size = 0;
  TensorId block_scales = kNoTensor;
  TensorId block_zero_points = kNoTensor;
  std::vector<int32_t> block_shape;  // of BlockwiseQuantization
  std::vector<int32_t> block_axes;   // not empty: MultiAxisQuantization, and its dimensions
  Bytes custom;                      // of CustomQuantization

  bool quantized() const { return !scale.empty(); }
  bool per_channel() const { return scale.size() > 1; }
  int64_t zero(size_t channel = 0) const {
    return zero_point.empty() ? 0 : zero_point[zero_point.size() > 1 ? channel : 0];
  }
  bool operator==(const Quantization&) const = default;
};

// How the non-zero elements of a sparse constant are stored (the format's SparsityParameters).
struct Sparsity {
  struct Dimension {
    bool sparse = false;
    int32_t dense_size = 0;
    std::vector<int32_t> segments, indices;  // of a sparse dimension (CSR)
    bool operator==(const Dimension&) const = default;
  };
  std::vector<int32_t> traversal_order, block_map;
  std::vector<Dimension> dimensions;
  bool present() const { return !dimensions.empty(); }
  bool operator==(const Sparsity&) const = default;
};

// What a variant tensor holds.
struct VariantType {
  DType dtype = DType::kFloat32;
  Shape shape;
  bool has_rank = false;
};

struct Tensor {
  std::string name;
  DType dtype = DType::kFloat32;
  Shape shape;               // -1 for a dimension known only at run time (the file's shape_signature)
  bool has_rank = true;      // false: nothing is known of the shape
  Shape initial_shape = {};  // stands for the unknown dimensions until a resize; empty: 1 for each
  Quantization quantization = {};
  Sparsity sparsity = {};
  bool is_variable = false;
  bool is_constant = false;  // `data` holds the elements, as the file stores them (sub-byte types packed)
  Bytes data = {};
  std::vector<VariantType> variant_types = {};
};

struct Operator {
  BuiltinOp code = BuiltinOp::kAdd;
  std::string custom_code;  // of BuiltinOp::kCustom
  int version = 0;          // 0: the writer computes the lowest that fits
  std::vector<TensorId> inputs, outputs, intermediates;
  std::vector<bool> mutating_inputs;
  Options options;
  Bytes custom_options;
  int32_t debug_index = -1;  // into the file's debug metadata
  std::string layer;         // the Keras layer it comes from, for messages; not stored in files

  std::string display_name() const {
    return code == BuiltinOp::kCustom ? custom_code : std::string(builtin_op_name(code));
  }
};

struct Subgraph {
  std::string name;
  std::vector<Tensor> tensors;
  std::vector<Operator> operators;  // in execution order
  std::vector<TensorId> inputs, outputs;
  int32_t debug_index = -1;  // into the file's debug metadata
};

struct Signature {
  std::string key;
  int32_t subgraph = 0;
  std::vector<std::pair<std::string, TensorId>> inputs, outputs;  // name, tensor
};

struct Metadata {
  std::string name;
  Bytes data;
};

struct Graph {
  std::string description;
  std::vector<Subgraph> subgraphs;  // the first is the main one
  std::vector<Signature> signatures;
  std::vector<Metadata> metadata;
  std::string origin;  // the file it was read from, for messages

  Subgraph& main() { return subgraphs.front(); }
  const Subgraph& main() const { return subgraphs.front(); }
};

}  // namespace litewright
