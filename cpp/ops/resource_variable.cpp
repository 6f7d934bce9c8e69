// VAR_HANDLE, READ_VARIABLE and ASSIGN_VARIABLE: tensors that live as long as the interpreter, found by name.
#include <cstring>
#include <vector>

#include "ops/op_def.h"
#include "runtime/resources.h"

namespace litewright {
namespace {

struct Variable : Resource {
  DType dtype = DType::kFloat32;
  Shape shape;
  std::vector<uint8_t> data;
};

void check_handle(const NodeContext& c) {
  const DType dtype = c.input_dtype(0);
  if ((dtype != DType::kResource && dtype != DType::kInt32) || num_elements(c.input_shape(0)) != 1) {
    c.fail(c.describe_input(0), " should be one resource handle");
  }
}

void infer_assign(InferContext& c) { check_handle(c); }

void infer_handle(InferContext& c) {
  const Shape& declared = c.output(0).tensor->shape;
  const bool is_int = c.declares_outputs() && c.output_dtype(0) == DType::kInt32;
  c.set_output(0, is_int ? DType::kInt32 : DType::kResource,
               is_static(declared) && checked_elements(declared) == 1 ? declared : Shape{});
}

Kernel prepare_handle(PrepareContext& c) {
  const VarHandleOptions& options = c.options<VarHandleOptions>();
  return [handle = c.resources().handle(options.container, options.shared_name)](RunContext& r) {
    *r.out<int32_t>(0) = handle;
    return Status();
  };
}

// A result that is declared without dimensions may be a scalar, or anything.
void infer_read(InferContext& c) {
  check_handle(c);
  const DType dtype = c.output_dtype(0);
  const Shape& declared = c.output(0).tensor->shape;
  if (declared.empty() || !is_static(declared) || dtype_bits(dtype) == 0)
    return c.set_output_at_run(0, dtype);
  c.set_output(0, dtype, declared);
}

Kernel prepare_read(PrepareContext& c) {
  return [at_run = !c.output(0).shape_known](RunContext& r) {
    const Variable* variable = r.resources().find<Variable>(*r.in<int32_t>(0));
    if (variable == nullptr)
      return Status::error("the variable '", r.input(0).tensor->name, "' has no value yet");
    if (variable->dtype != r.output_dtype(0) || (!at_run && variable->shape != r.output_shape(0))) {
      return Status::error("the variable '", r.input(0).tensor->name, "' is ", dtype_name(variable->dtype),
                           to_string(variable->shape), " and is read as ", dtype_name(r.output_dtype(0)),
                           at_run ? "" : to_string(r.output_shape(0)));
    }
    const size_t bytes = variable->data.size();
    uint8_t* out =
        at_run ? r.allocate_output(0, variable->shape, static_cast<int64_t>(bytes)) : r.out<uint8_t>(0);
    if (bytes > 0) std::memcpy(out, variable->data.data(), bytes);
    return Status();
  };
}

Kernel prepare_assign(PrepareContext&) {
  return [](RunContext& r) {
    const int32_t handle = *r.in<int32_t>(0);
    Variable* variable = r.resources().find<Variable>(handle);
    if (variable == nullptr) variable = r.resources().put(handle, std::make_unique<Variable>());
    const Slot& value = r.input(1);
    variable->dtype = value.dtype;
    variable->shape = value.shape;
    variable->data.assign(value.data, value.data + value.bytes);
    return Status();
  };
}

}  // namespace

extern const OpDef kVarHandle, kReadVariable, kAssignVariable;
const OpDef kVarHandle = {
    .code = BuiltinOp::kVarHandle,
    .inputs = {},
    .outputs = {{"handle"}},
    .options = &schema_of<VarHandleOptions>(),
    .infer = infer_handle,
    .prepare = prepare_handle,
    .types = "resource",
    .stateful = true,
};
const OpDef kReadVariable = {
    .code = BuiltinOp::kReadVariable,
    .inputs = {{"handle"}},
    .outputs = {{"value"}},
    .options = &schema_of<ReadVariableOptions>(),
    .infer = infer_read,
    .prepare = prepare_read,
    .types = "all",
    .stateful = true,
};
const OpDef kAssignVariable = {
    .code = BuiltinOp::kAssignVariable,
    .inputs = {{"handle"}, {"value"}},
    .outputs = {},
    .options = &schema_of<AssignVariableOptions>(),
    .infer = infer_assign,
    .prepare = prepare_assign,
    .types = "all",
    .stateful = true,
};

}  // namespace litewright
