#include "tests_cpp/capi/models.h"

#include "tflite/writer.h"

namespace capi_models {
namespace {

using litewright::BuiltinOp;
using litewright::Graph;
using litewright::Operator;
using litewright::Shape;
using litewright::Tensor;

Tensor tensor(const char* name, const Shape& shape) {
  Tensor result;
  result.name = name;
  result.shape = shape;
  return result;
}

Operator op(BuiltinOp code, std::vector<litewright::TensorId> inputs, litewright::TensorId output) {
  Operator result;
  result.code = code;
  result.inputs = std::move(inputs);
  result.outputs = {output};
  return result;
}

std::vector<uint8_t> write(std::vector<Tensor> tensors, std::vector<Operator> operators,
                           std::vector<litewright::TensorId> inputs,
                           std::vector<litewright::TensorId> outputs) {
  Graph graph;
  graph.subgraphs.resize(1);
  graph.main().tensors = std::move(tensors);
  graph.main().operators = std::move(operators);
  graph.main().inputs = std::move(inputs);
  graph.main().outputs = std::move(outputs);
  const litewright::Bytes bytes = litewright::write_tflite(graph);
  return {bytes.data(), bytes.data() + bytes.size()};
}

}  // namespace

std::vector<uint8_t> add() {
  return write({tensor("a", {-1, 3}), tensor("b", {-1, 3}), tensor("sum", {-1, 3})},
               {op(BuiltinOp::kAdd, {0, 1}, 2)}, {0, 1}, {2});
}

std::vector<uint8_t> custom() {
  Operator twice = op(BuiltinOp::kCustom, {1}, 2);
  twice.custom_code = "Double";
  twice.version = 1;
  twice.custom_options = litewright::Bytes::copy(std::vector<uint8_t>{1, 2, 3});
  return write({tensor("x", {4}), tensor("positive", {4}), tensor("double", {4}), tensor("y", {4})},
               {op(BuiltinOp::kRelu, {0}, 1), twice, op(BuiltinOp::kRelu, {2}, 3)}, {0}, {3});
}

std::vector<uint8_t> chain() {
  return write({tensor("x", {2, 2}), tensor("z", {2, 2}), tensor("n", {2, 2}), tensor("p", {2, 2}),
                tensor("y", {2, 2})},
               {op(BuiltinOp::kAdd, {0, 0}, 1), op(BuiltinOp::kNeg, {1}, 2), op(BuiltinOp::kMul, {2, 0}, 3),
                op(BuiltinOp::kAbs, {3}, 4)},
               {0}, {4, 1});
}

}  // namespace capi_models
