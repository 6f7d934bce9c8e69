// Runs one operator through the real interpreter.
#pragma once

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "runtime/interpreter.h"

namespace litewright::testing {

// One operand of the operator under test.
struct Operand {
  DType dtype = DType::kFloat32;
  Shape shape;
  std::vector<uint8_t> bytes;  // empty: the operand is absent, or (outputs) to be computed
  Quantization quantization;
  bool constant = false;
  bool absent = false;
};

template <class T>
Operand input(Shape shape, const std::vector<T>& values, Quantization q = {}) {
  Operand operand{.dtype = dtype_of<T>, .shape = std::move(shape), .quantization = std::move(q)};
  operand.bytes.resize(values.size() * sizeof(T));
  for (size_t i = 0; i < values.size(); ++i) {  // element-wise, so that vector<bool> works
    const T value = values[i];
    std::memcpy(operand.bytes.data() + i * sizeof(T), &value, sizeof(T));
  }
  return operand;
}
template <class T>
Operand constant(Shape shape, const std::vector<T>& values, Quantization q = {}) {
  Operand operand = input(std::move(shape), values, std::move(q));
  operand.constant = true;
  return operand;
}
inline Operand absent() { return Operand{.absent = true}; }
inline Operand output(DType dtype, Quantization q = {}) {
  return Operand{.dtype = dtype, .quantization = std::move(q)};
}
inline Quantization per_tensor(float scale, int64_t zero_point = 0) {
  return {.scale = {scale}, .zero_point = {zero_point}};
}

struct Result {
  Shape shape;
  std::vector<uint8_t> bytes;
  template <class T>
  std::vector<T> as() const {
    std::vector<T> values(bytes.size() / sizeof(T));
    for (size_t i = 0; i < values.size(); ++i) {
      T value;
      std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
      values[i] = value;
    }
    return values;
  }
};

inline Graph one_operator(BuiltinOp code, const Options& options, const std::vector<Operand>& inputs,
                          const std::vector<Operand>& outputs) {
  Graph graph;
  Subgraph& subgraph = graph.subgraphs.emplace_back();
  subgraph.name = "main";
  Operator op;
  op.code = code;
  op.options = options;
  op.version = 1;
  for (const Operand& operand : inputs) {
    if (operand.absent) {
      op.inputs.push_back(kNoTensor);
      continue;
    }
    const TensorId id = static_cast<TensorId>(subgraph.tensors.size());
    Tensor tensor{.name = "input" + std::to_string(id),
                  .dtype = operand.dtype,
                  .shape = operand.shape,
                  .quantization = operand.quantization};
    tensor.is_constant = operand.constant;
    if (operand.constant) tensor.data = Bytes::own(operand.bytes);
    if (!operand.constant) subgraph.inputs.push_back(id);
    subgraph.tensors.push_back(std::move(tensor));
    op.inputs.push_back(id);
  }
  for (const Operand& operand : outputs) {
    const TensorId id = static_cast<TensorId>(subgraph.tensors.size());
    subgraph.tensors.push_back(
        {.name = "output", .dtype = operand.dtype, .has_rank = false, .quantization = operand.quantization});
    subgraph.outputs.push_back(id);
    op.outputs.push_back(id);
  }
  subgraph.operators.push_back(std::move(op));
  return graph;
}

// The operator's results. Throws litewright::Error where it refuses its operands or fails.
inline std::vector<Result> run(BuiltinOp code, const Options& options, const std::vector<Operand>& inputs,
                               const std::vector<Operand>& outputs,
                               InterpreterOptions interpreter_options = {}) {
  auto model = std::make_shared<Model>(one_operator(code, options, inputs, outputs));
  Interpreter interpreter(model, interpreter_options);
  interpreter.allocate();
  SubgraphExecutor& executor = interpreter.executor();
  size_t next = 0;
  for (const Operand& operand : inputs) {
    if (operand.absent || operand.constant) continue;
    const TensorId id = executor.subgraph().inputs[next++];
    if (operand.dtype == DType::kString) {
      executor.set_dynamic_input(id, operand.shape, operand.bytes.data(), operand.bytes.size());
    } else {
      std::copy(operand.bytes.begin(), operand.bytes.end(), executor.data(id));
    }
  }
  interpreter.invoke();
  std::vector<Result> results;
  for (TensorId id : executor.subgraph().outputs) {
    const Slot& slot = executor.slot(id);
    results.push_back({slot.shape, {slot.data, slot.data + slot.bytes}});
  }
  return results;
}

}  // namespace litewright::testing
