// Small float models to quantize, and what samples and runs need.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "graph/builder.h"
#include "graph/validate.h"
#include "ops/option_structs.h"
#include "quant/comparison.h"
#include "quant/quantize.h"
#include "tflite/reader.h"
#include "tflite/writer.h"

namespace litewright::testing {

inline std::vector<float> random_values(int64_t count, uint32_t seed, float bound = 1.0f) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> uniform(-bound, bound);
  std::vector<float> values(count);
  for (float& value : values) value = uniform(random);
  return values;
}

// x [?, 8, 8, 3] -> conv + relu -> max pool -> dense -> softmax [?, 5]
inline Graph small_classifier() {
  Graph graph;
  GraphBuilder b(graph);
  TensorId x = b.input("x", DType::kFloat32, {-1, 8, 8, 3});
  b.set_layer("conv");
  x = b.add(BuiltinOp::kConv2D,
            {x, b.constant(random_values(6 * 27, 1), {6, 3, 3, 3}), b.constant(random_values(6, 2), {6})},
            Conv2DOptions{Padding::kSame, 1, 1, Activation::kRelu});
  b.set_layer("pool");
  x = b.add(BuiltinOp::kMaxPool2D, {x}, Pool2DOptions{Padding::kValid, 2, 2, 2, 2});
  x = b.add(BuiltinOp::kReshape, {x, b.ints({-1, 96})}, ReshapeOptions{{-1, 96}});
  b.set_layer("dense");
  x = b.add(BuiltinOp::kFullyConnected,
            {x, b.constant(random_values(5 * 96, 3, 0.1f), {5, 96}), b.constant(random_values(5, 4), {5})},
            FullyConnectedOptions{});
  b.set_layer("softmax");
  x = b.add(BuiltinOp::kSoftmax, {x}, SoftmaxOptions{1.0f});
  b.set_outputs({x});
  return graph;
}

// A sample for each float input.
inline std::vector<Comparison::Value> sample_for(const Graph& graph, uint32_t seed) {
  std::vector<Comparison::Value> values;
  for (TensorId id : graph.main().inputs) {
    Shape shape = graph.main().tensors[id].shape;
    std::replace(shape.begin(), shape.end(), -1, 1);
    values.push_back({shape, Bytes::copy(random_values(num_elements(shape), seed++))});
  }
  return values;
}

inline void set_inputs(Interpreter& interpreter, const std::vector<Comparison::Value>& values) {
  const std::vector<TensorId>& inputs = interpreter.graph().main().inputs;
  for (size_t i = 0; i < values.size(); ++i) interpreter.resize_input(inputs[i], values[i].shape);
  interpreter.allocate();
  for (size_t i = 0; i < values.size(); ++i)
    std::memcpy(interpreter.executor().data(inputs[i]), values[i].data.data(), values[i].data.size());
}

inline Ranges calibrated(const Graph& graph, int samples = 200) {
  Observer observer(graph, make_statistics({}, graph.main()), 1);
  for (int i = 0; i < samples; ++i) {
    set_inputs(observer.interpreter(), sample_for(graph, 100 + i));
    observer.run();
  }
  return observer.ranges();
}

// Quantized, checked, and once through a file.
inline Graph quantized(const Graph& graph, const QuantizerOptions& options) {
  const Ranges ranges = calibrated(graph);
  const Graph result = quantize(graph, options, &ranges);
  validate(result);
  return read_tflite(write_tflite(result));
}

inline std::vector<std::string> operator_names(const Graph& graph) {
  std::vector<std::string> names;
  for (const Operator& op : graph.main().operators) names.push_back(op.display_name());
  return names;
}

inline const Operator& operator_at(const Graph& graph, BuiltinOp code) {
  const auto& operators = graph.main().operators;
  const auto found =
      std::find_if(operators.begin(), operators.end(), [&](const Operator& op) { return op.code == code; });
  if (found == operators.end())
    throw Error(ErrorCode::kInternal, std::string("no operator ") + builtin_op_name(code));
  return *found;
}

inline const Tensor& operand(const Graph& graph, BuiltinOp code, int k) {
  return graph.main().tensors[operator_at(graph, code).inputs[k]];
}
inline const Tensor& result(const Graph& graph, BuiltinOp code) {
  return graph.main().tensors[operator_at(graph, code).outputs[0]];
}

// The error of a quantized graph's results on samples it was not calibrated with.
inline double output_error(const Graph& original, const Graph& quantized) {
  Comparison comparison(original, quantized, 1, false);
  for (uint32_t seed = 500; seed < 508; ++seed) comparison.run(sample_for(original, seed));
  return comparison.output_error();
}

}  // namespace litewright::testing
