// Post-training quantization in three steps that never mix: observe (run samples), plan (a list of
// decisions), apply (a new graph).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "quant/observer.h"

namespace litewright {

enum class QuantMode {
  kDynamicRange,  // int8 weights, float activations
  kFloat16,       // weights stored as float16
  kInt8,          // int8 weights and activations
  kInt16x8,       // int8 weights, int16 activations
  kInt4Weights,   // int4 weights per channel, float activations
};

struct QuantizerOptions {
  QuantMode mode = QuantMode::kDynamicRange;
  // Integer modes: operators without an integer form stay float; without this they are an Error that lists
  // them all.
  bool allow_float = true;
  // Integer modes: what the model takes and gives: kFloat32, or kInt8 / kUInt8 (int8 mode), kInt16 (int16x8
  // mode).
  DType input_type = DType::kFloat32;
  DType output_type = DType::kFloat32;
  bool per_channel = true;        // of weights, where operators allow it
  bool per_channel_dense = true;  // of FULLY_CONNECTED's weights
  // Operators that stay float: called with each operator; empty: none.
  std::function<bool(const Operator&, const Subgraph&)> keep_float;
  // kInt8: operators with 16-bit activations between QUANTIZE operators; empty: none.
  std::function<bool(const Operator&, const Subgraph&)> keep_int16;
  // Weights with fewer elements stay float in dynamic range mode.
  int64_t least_elements = 1024;
  // kInt8: the ranges are those the model was trained with: rounded weights keep their steps, and what has no
  // range stays float.
  bool trained = false;
  // Biases with 16-bit activations are kInt64 or kInt32.
  DType bias16_type = DType::kInt64;
};

// How one operand or result of an operator is stored.
struct Form {
  DType dtype = DType::kFloat32;  // kFloat32: as it is
  Quantization quantization;
  bool operator==(const Form&) const = default;
};

struct OperatorPlan {
  std::vector<Form> inputs, outputs;  // by operand
  std::vector<Form> intermediates;
  bool integer = false;            // computed in integers
  bool int16 = false;              // with 16-bit activations
  bool asymmetric_inputs = false;  // hybrid: sets asymmetric_quantize_inputs
};

// The decisions for the main subgraph.
struct QuantizationPlan {
  QuantizerOptions options;
  std::vector<OperatorPlan> operators;
  std::vector<Form> stored;  // by tensor: constants kept in another form and brought back by DEQUANTIZE
  std::vector<Form> inputs, outputs;  // of the subgraph
  std::string to_string(const Graph& graph) const;
};

// Error (kInvalidArgument) for options that contradict each other, (kUnsupported) for operators that have no
// integer form and may not stay float. `ranges` is needed by the integer modes.
QuantizationPlan plan_quantization(const Graph& graph, const QuantizerOptions& options, const Ranges* ranges);
Graph apply_plan(const Graph& graph, const QuantizationPlan& plan);

// Both steps.
Graph quantize(const Graph& graph, const QuantizerOptions& options, const Ranges* ranges = nullptr);

}  // namespace litewright
