// States that outlive a run: one resource variable each, set to zero once in the life of an interpreter.
#include "core/error.h"
#include "importers/keras/recurrent.h"

namespace litewright::keras {
namespace {

TensorId variable_handle(GraphBuilder& builder, const std::string& name) {
  Operator op;
  op.code = BuiltinOp::kVarHandle;
  op.options = VarHandleOptions{"", name};
  return builder.add_declared(std::move(op), {{.name = name, .dtype = DType::kResource}})[0];
}

void assign(GraphBuilder& builder, TensorId handle, TensorId value) {
  Operator op;
  op.code = BuiltinOp::kAssignVariable;
  op.inputs = {handle, value};
  op.options = AssignVariableOptions{};
  builder.add_declared(std::move(op), {});
}

// The subgraph that CALL_ONCE runs; all layers share one.
int start_subgraph(GraphBuilder& builder) {
  for (const Operator& op : builder.subgraph().operators) {
    if (op.code == BuiltinOp::kCallOnce) return op.options.get<CallOnceOptions>().init_subgraph_index;
  }
  const auto index = static_cast<int>(builder.graph().subgraphs.size());
  Operator once;
  once.code = BuiltinOp::kCallOnce;
  once.options = CallOnceOptions{index};
  builder.add_declared(std::move(once), {});
  return index;
}

}  // namespace

KeptStates::KeptStates(Lowering& layer, const std::vector<Shape>& shapes) : layer_(&layer) {
  GraphBuilder& outer = layer.builder();
  if (outer.index() != 0) layer.unsupported("stateful inside another layer's loop");
  GraphBuilder inner(outer.graph(), start_subgraph(outer));
  for (const Shape& shape : shapes) {
    if (!is_static(shape))
      layer.unsupported("stateful needs a fixed batch size; give the Input a batch_shape");
    const std::string name = concat(outer.layer(), "/state", outer.subgraph().tensors.size());
    const std::vector<float> zeros(static_cast<size_t>(num_elements(shape)));
    assign(inner, variable_handle(inner, name), inner.constant(zeros, shape, name + "/zeros"));
    handles_.push_back(variable_handle(outer, name));
    values_.push_back(layer.declared(BuiltinOp::kReadVariable, {handles_.back()}, ReadVariableOptions{},
                                     DType::kFloat32, shape));
  }
}

void KeptStates::keep(const Ids& states) {
  for (size_t i = 0; i < handles_.size(); ++i) assign(layer_->builder(), handles_[i], states[i]);
}

}  // namespace litewright::keras
