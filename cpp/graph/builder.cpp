#include "graph/builder.h"

#include <algorithm>
#include <utility>

#include "core/unpack.h"
#include "ops/op_def.h"

namespace litewright {
namespace {

// An unknown dimension is inferred by trying two values. Both have many divisors, so that reshapes of them
// work; a result that differs between the two tries depends on the unknown one.
constexpr int32_t kStandIns[] = {720, 5040};

struct Inferred {
  std::vector<DType> dtypes;
  std::vector<Shape> shapes;
  std::vector<bool> ranked;
};

// The known extent of another operand that lies over dimension `from_end` of operand `operand`: an unknown
// extent that goes with it is the same (or 1, which gives the same result).
int32_t extent_beside(const Subgraph& subgraph, const Operator& op, size_t operand, size_t from_end) {
  int32_t extent = -1;
  for (size_t i = 0; i < op.inputs.size(); ++i) {
    if (i == operand || op.inputs[i] == kNoTensor) continue;
    const Shape& shape = subgraph.tensors[op.inputs[i]].shape;
    if (from_end < shape.size()) extent = std::max(extent, shape[shape.size() - 1 - from_end]);
  }
  return extent > 1 ? extent : -1;
}

// `beside`: unknown extents are those of the operands beside them, where these are known.
Inferred infer_with(const Subgraph& subgraph, const Operator& op, int outputs, int32_t stand_in,
                    bool beside) {
  std::vector<Slot> slots(op.inputs.size() + outputs);
  std::vector<std::vector<uint8_t>> unpacked(op.inputs.size());
  std::vector<Slot*> inputs, results;
  const Tensor blank;
  for (size_t i = 0; i < op.inputs.size(); ++i) {
    if (op.inputs[i] == kNoTensor) {
      inputs.push_back(nullptr);
      continue;
    }
    const Tensor& tensor = subgraph.tensors[op.inputs[i]];
    Slot& slot = slots[i];
    slot.tensor = &tensor;
    slot.dtype = tensor.dtype;
    slot.shape = tensor.shape;
    for (size_t d = 0; d < slot.shape.size(); ++d) {
      if (slot.shape[d] >= 0) continue;
      const int32_t extent = beside ? extent_beside(subgraph, op, i, slot.shape.size() - 1 - d) : -1;
      slot.shape[d] = extent > 0 ? extent : stand_in;
    }
    slot.shape_known = true;
    slot.value_known = tensor.is_constant;
    if (tensor.is_constant) {
      Bytes data = tensor.data;
      if (is_sub_byte(tensor.dtype)) {
        unpacked[i] = unpack_sub_byte(tensor.dtype, num_elements(tensor.shape), data);
        data = Bytes(nullptr, unpacked[i].data(), unpacked[i].size());
      }
      slot.data = const_cast<uint8_t*>(data.data());
      slot.bytes = data.size();
    }
    inputs.push_back(&slot);
  }
  for (int i = 0; i < outputs; ++i) {
    slots[op.inputs.size() + i].tensor = &blank;
    results.push_back(&slots[op.inputs.size() + i]);
  }
  InferContext context(op, inputs, results);
  find_op(op.code)->infer(context);
  Inferred inferred;
  for (Slot* slot : results) {
    inferred.dtypes.push_back(slot->dtype);
    inferred.shapes.push_back(slot->shape);
    inferred.ranked.push_back(slot->shape_known);
  }
  return inferred;
}

}  // namespace

std::vector<Tensor> infer_operator(const Subgraph& subgraph, const Operator& op, int outputs) {
  if (find_op(op.code) == nullptr)
    fail(ErrorCode::kUnsupported, "this build has no operator ", op.display_name());
  bool beside = false;
  Inferred first;
  try {
    first = infer_with(subgraph, op, outputs, kStandIns[0], beside);
  } catch (const Error&) {
    const bool known = std::all_of(op.inputs.begin(), op.inputs.end(), [&](TensorId id) {
      return id == kNoTensor || is_static(subgraph.tensors[id].shape);
    });
    if (known) throw;
    beside = true;
    first = infer_with(subgraph, op, outputs, kStandIns[0], beside);
  }
  const Inferred second = infer_with(subgraph, op, outputs, kStandIns[1], beside);
  std::vector<Tensor> tensors(outputs);
  for (int i = 0; i < outputs; ++i) {
    tensors[i].dtype = first.dtypes[i];
    tensors[i].shape = first.shapes[i];
    tensors[i].has_rank = first.ranked[i];
    if (first.shapes[i].size() != second.shapes[i].size()) {
      fail(ErrorCode::kUnsupported, op.display_name(),
           ": the rank of its result depends on an unknown dimension");
    }
    for (size_t d = 0; d < first.shapes[i].size(); ++d) {
      if (first.shapes[i][d] != second.shapes[i][d]) tensors[i].shape[d] = -1;
    }
  }
  return tensors;
}

GraphBuilder::GraphBuilder(Graph& graph, int subgraph) : graph_(&graph), index_(subgraph) {
  if (subgraph == static_cast<int>(graph.subgraphs.size())) {
    graph.subgraphs.emplace_back();
    graph.subgraphs.back().name = subgraph == 0 ? "main" : concat("subgraph_", subgraph);
  }
}

std::string GraphBuilder::unique_name(const std::string& wanted) {
  return concat(wanted, next_suffix_++ == 0 ? "" : concat(";", next_suffix_ - 1));
}

TensorId GraphBuilder::add_tensor(Tensor tensor) {
  subgraph().tensors.push_back(std::move(tensor));
  return static_cast<TensorId>(subgraph().tensors.size()) - 1;
}

TensorId GraphBuilder::input(const std::string& name, DType dtype, Shape shape) {
  const TensorId id = add_tensor({.name = name, .dtype = dtype, .shape = std::move(shape)});
  subgraph().inputs.push_back(id);
  return id;
}

TensorId GraphBuilder::variable(const std::string& name, DType dtype, Shape shape) {
  return add_tensor({.name = name, .dtype = dtype, .shape = std::move(shape), .is_variable = true});
}

TensorId GraphBuilder::constant(DType dtype, Shape shape, Bytes data, const std::string& name) {
  const std::string wanted = name.empty() ? (layer_.empty() ? "constant" : layer_ + "/constant") : name;
  return add_tensor({.name = name.empty() ? unique_name(wanted) : wanted,
                     .dtype = dtype,
                     .shape = std::move(shape),
                     .is_constant = true,
                     .data = std::move(data)});
}

TensorId GraphBuilder::add(BuiltinOp op, const std::vector<TensorId>& inputs, Options options,
                           const std::string& name) {
  return add_multi(op, inputs, std::move(options), 1, name)[0];
}

std::vector<TensorId> GraphBuilder::add_multi(BuiltinOp code, const std::vector<TensorId>& inputs,
                                              Options options, int outputs, const std::string& name) {
  Operator op;
  op.code = code;
  op.inputs = inputs;
  op.options = std::move(options);
  op.layer = layer_;
  std::vector<Tensor> results;
  try {
    results = infer_operator(subgraph(), op, outputs);
  } catch (const NeedsValue& missing) {
    fail(ErrorCode::kUnsupported, op.display_name(), layer_.empty() ? "" : " of layer '" + layer_ + "'",
         ": operand ", missing.operand, " should be a constant");
  }
  for (Tensor& tensor : results) {
    tensor.name =
        name.empty() ? unique_name((layer_.empty() ? "" : layer_ + "/") + builtin_op_name(code)) : name;
  }
  return add_declared(std::move(op), results);
}

std::vector<TensorId> GraphBuilder::add_declared(Operator op, const std::vector<Tensor>& outputs) {
  if (op.layer.empty()) op.layer = layer_;
  for (const Tensor& tensor : outputs) op.outputs.push_back(add_tensor(tensor));
  std::vector<TensorId> ids = op.outputs;
  subgraph().operators.push_back(std::move(op));
  return ids;
}

}  // namespace litewright
