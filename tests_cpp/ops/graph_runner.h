// Runs a whole graph through the real interpreter.
#pragma once

#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "runtime/interpreter.h"

namespace litewright::testing {

class GraphRunner {
 public:
  explicit GraphRunner(Graph graph, InterpreterOptions options = {})
      : interpreter_(std::make_shared<Model>(std::move(graph)), std::move(options)) {}

  void resize(int input, const Shape& shape) { interpreter_.resize_input(inputs()[input], shape); }
  // Values of the inputs, in order; the interpreter is allocated if it is not.
  template <class... Vectors>
  void set(const Vectors&... values) {
    interpreter_.allocate();
    int next = 0;
    (set_one(next++, values), ...);
  }
  void invoke() {
    interpreter_.allocate();
    interpreter_.invoke();
  }
  template <class T>
  std::vector<T> get(int output = 0) {
    const Slot& slot = output_slot(output);
    std::vector<T> values(slot.bytes / sizeof(T));
    if (!values.empty()) std::memcpy(values.data(), slot.data, slot.bytes);
    return values;
  }
  Shape shape(int output = 0) { return output_slot(output).shape; }
  Interpreter& interpreter() { return interpreter_; }

 private:
  const std::vector<TensorId>& inputs() { return interpreter_.executor().subgraph().inputs; }
  const Slot& output_slot(int output) {
    SubgraphExecutor& executor = interpreter_.executor();
    return executor.slot(executor.subgraph().outputs[output]);
  }
  template <class T>
  void set_one(int input, const std::vector<T>& values) {
    const Slot& slot = interpreter_.executor().slot(inputs()[input]);
    if (slot.bytes != values.size() * sizeof(T))
      throw Error(ErrorCode::kInvalidArgument, "an input of another size");
    if (slot.bytes > 0) std::memcpy(slot.data, values.data(), slot.bytes);
  }

  Interpreter interpreter_;
};

}  // namespace litewright::testing
