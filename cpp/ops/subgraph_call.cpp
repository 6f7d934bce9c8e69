#include "ops/subgraph_call.h"

#include <cstring>

namespace litewright {

void CarriedValue::assign(const Slot& slot) {
  shape_ = slot.shape;
  bytes_ = slot.bytes;
  data_.reserve(bytes_);
  if (bytes_ > 0) std::memcpy(data_.data(), slot.data, bytes_);
}

void check_call(const NodeContext& c, const SubgraphExecutor& callee, int first, bool outputs) {
  const Subgraph& subgraph = callee.subgraph();
  const int inputs = static_cast<int>(subgraph.inputs.size());
  if (c.num_inputs() - first != inputs) {
    c.fail("subgraph '", subgraph.name, "' has ", inputs, " inputs and is given ", c.num_inputs() - first);
  }
  for (int i = 0; i < inputs; ++i) {
    const Tensor& tensor = subgraph.tensors[subgraph.inputs[i]];
    if (c.input_dtype(first + i) != tensor.dtype) {
      c.fail(c.describe_input(first + i), " becomes the input '", tensor.name, "' of subgraph '",
             subgraph.name, "', which is ", dtype_name(tensor.dtype));
    }
    if (tensor.is_constant || tensor.is_variable) {
      c.fail("the input '", tensor.name, "' of subgraph '", subgraph.name, "' cannot be set");
    }
  }
  if (!outputs) return;
  if (static_cast<int>(subgraph.outputs.size()) != c.num_outputs()) {
    c.fail("subgraph '", subgraph.name, "' has ", subgraph.outputs.size(), " outputs and should have ",
           c.num_outputs());
  }
  for (int i = 0; i < c.num_outputs(); ++i) {
    const Tensor& tensor = subgraph.tensors[subgraph.outputs[i]];
    if (c.has_output(i) && c.output_dtype(i) != tensor.dtype) {
      c.fail("output ", i, " is ", dtype_name(c.output_dtype(i)), " and '", tensor.name, "' of subgraph '",
             subgraph.name, "' is ", dtype_name(tensor.dtype));
    }
  }
}

std::vector<std::optional<Shape>> infer_call(SubgraphExecutor& callee, const std::vector<Shape>& inputs) {
  const Subgraph& subgraph = callee.subgraph();
  for (size_t i = 0; i < inputs.size(); ++i) callee.resize_input(subgraph.inputs[i], inputs[i]);
  callee.allocate();
  std::vector<std::optional<Shape>> shapes;
  for (TensorId id : subgraph.outputs) {
    const Slot& slot = callee.slot(id);
    const bool known = slot.shape_known && dtype_bits(slot.dtype) != 0;
    shapes.push_back(known ? std::optional<Shape>(slot.shape) : std::nullopt);
  }
  return shapes;
}

bool bind_inputs(SubgraphExecutor& callee, std::span<const ValueView> values,
                 const std::vector<bool>& which) {
  const std::vector<TensorId>& inputs = callee.subgraph().inputs;
  for (size_t i = 0; i < inputs.size(); ++i) callee.resize_input(inputs[i], *values[i].shape);
  const bool again = !callee.allocated();
  callee.allocate();
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!again && !which.empty() && !which[i]) continue;
    const Slot& slot = callee.slot(inputs[i]);
    if (dtype_bits(slot.dtype) == 0) {
      callee.set_dynamic_input(inputs[i], *values[i].shape, values[i].data, values[i].bytes);
    } else if (values[i].bytes > 0) {
      std::memcpy(slot.data, values[i].data, values[i].bytes);
    }
  }
  return again;
}

void set_call_outputs(InferContext& c, const std::vector<std::optional<Shape>>& shapes) {
  for (int i = 0; i < c.num_outputs(); ++i) {
    if (!c.has_output(i)) continue;
    if (!shapes.empty() && shapes[i].has_value()) {
      c.set_output(i, c.output_dtype(i), *shapes[i]);
    } else {
      c.set_output_at_run(i, c.output_dtype(i));
    }
  }
}

std::vector<bool> outputs_at_run(const PrepareContext& c) {
  std::vector<bool> at_run;
  for (int i = 0; i < c.num_outputs(); ++i) at_run.push_back(c.has_output(i) && !c.output(i).shape_known);
  return at_run;
}

Status copy_out(RunContext& c, int output, bool at_run, const ValueView& value) {
  if (!c.has_output(output)) return {};
  uint8_t* to = nullptr;
  if (at_run) {
    to = c.allocate_output(output, *value.shape, static_cast<int64_t>(value.bytes));
  } else if (*value.shape == c.output_shape(output) && value.bytes == c.output(output).bytes) {
    to = c.out<uint8_t>(output);
  } else {
    return Status::error("output ", output, " should have the shape ", to_string(c.output_shape(output)),
                         " and has ", to_string(*value.shape));
  }
  if (value.bytes > 0) std::memcpy(to, value.data, value.bytes);
  return {};
}

}  // namespace litewright
