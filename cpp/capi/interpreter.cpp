#include "capi/handles.h"
#include "capi/tensors.h"

using litewright::ErrorCode;
using litewright::Interpreter;
using litewright::Shape;
using litewright::Slot;
using litewright::SubgraphExecutor;
using litewright::TensorId;
namespace capi = litewright::capi;

namespace {

TensorId tensor_at(const std::vector<TensorId>& ids, size_t index, const char* what) {
  if (index < ids.size()) return ids[index];
  litewright::fail(ErrorCode::kOutOfRange, "the model has ", ids.size(), " ", what, "s; there is no ", what,
                   " ", index);
}

TensorId input_at(Interpreter& interpreter, size_t index) {
  return tensor_at(interpreter.graph().main().inputs, index, "input");
}
TensorId output_at(Interpreter& interpreter, size_t index) {
  return tensor_at(interpreter.graph().main().outputs, index, "output");
}

void describe(SubgraphExecutor& executor, TensorId id, lw_tensor* tensor) {
  if (tensor == nullptr) litewright::fail(ErrorCode::kInvalidArgument, "tensor is NULL");
  const Slot& slot = executor.slot(id);
  const bool has_value = executor.allocated() && slot.shape_known && slot.data != nullptr;
  lw_tensor view = litewright::tensor_view(slot, has_value);
  view.type = static_cast<int32_t>(slot.dtype);
  capi::fill(tensor, view);
}

// The memory of a tensor that `bytes` are to be copied to or from.
const Slot& copyable(SubgraphExecutor& executor, TensorId id, size_t bytes) {
  const Slot& slot = executor.slot(id);
  if (!executor.allocated() || slot.data == nullptr) {
    litewright::fail(ErrorCode::kRuntime, "tensor '", slot.tensor->name,
                     "' has no memory yet; allocate the interpreter first");
  }
  if (slot.bytes != bytes) {
    litewright::fail(ErrorCode::kInvalidArgument, "tensor '", slot.tensor->name, "' ",
                     litewright::dtype_name(slot.dtype), litewright::to_string(slot.shape), " has ",
                     slot.bytes, " bytes, not ", bytes);
  }
  return slot;
}

}  // namespace

lw_status lw_interpreter_new(const lw_model* model, const lw_options* options, lw_interpreter** interpreter) {
  return capi::guard([&] {
    litewright::InterpreterOptions chosen;
    if (options != nullptr) {
      chosen = options->options;
      if (options->rewrite) {
        chosen.rewrite = [options](const litewright::Graph& graph) {
          return options->rewrite(graph, *options);
        };
      }
    }
    if (chosen.num_threads < 1) {
      litewright::fail(ErrorCode::kInvalidArgument, "num_threads should be >= 1, not ", chosen.num_threads);
    }
    *interpreter = new lw_interpreter(model->model, std::move(chosen));
  });
}

void lw_interpreter_delete(lw_interpreter* interpreter) { delete interpreter; }

size_t lw_interpreter_num_inputs(const lw_interpreter* interpreter) {
  return interpreter->interpreter.graph().main().inputs.size();
}
size_t lw_interpreter_num_outputs(const lw_interpreter* interpreter) {
  return interpreter->interpreter.graph().main().outputs.size();
}

lw_status lw_interpreter_input(lw_interpreter* interpreter, size_t index, lw_tensor* tensor) {
  Interpreter& it = interpreter->interpreter;
  return capi::guard([&] { describe(it.executor(), input_at(it, index), tensor); });
}
lw_status lw_interpreter_output(lw_interpreter* interpreter, size_t index, lw_tensor* tensor) {
  Interpreter& it = interpreter->interpreter;
  return capi::guard([&] { describe(it.executor(), output_at(it, index), tensor); });
}

lw_status lw_interpreter_resize_input(lw_interpreter* interpreter, size_t index, int32_t rank,
                                      const int32_t* dims) {
  Interpreter& it = interpreter->interpreter;
  return capi::guard([&] {
    if (rank < 0) litewright::fail(ErrorCode::kInvalidArgument, "a shape of rank ", rank);
    const Shape shape(dims, dims + rank);
    if (!litewright::checked_elements(shape)) {
      litewright::fail(ErrorCode::kInvalidArgument, litewright::to_string(shape), " is not a shape");
    }
    it.resize_input(input_at(it, index), shape);
  });
}

lw_status lw_interpreter_allocate(lw_interpreter* interpreter) {
  return capi::guard([&] { interpreter->interpreter.allocate(); });
}

lw_status lw_interpreter_set_input(lw_interpreter* interpreter, size_t index, const void* data,
                                   size_t bytes) {
  Interpreter& it = interpreter->interpreter;
  return capi::guard([&] {
    const TensorId id = input_at(it, index);
    const Slot& slot = it.executor().slot(id);
    if (slot.dtype == litewright::DType::kString) {
      it.executor().set_dynamic_input(id, Shape(slot.shape), static_cast<const uint8_t*>(data), bytes);
    } else if (copyable(it.executor(), id, bytes).bytes > 0) {
      std::memcpy(slot.data, data, bytes);
    }
  });
}

lw_status lw_interpreter_get_output(lw_interpreter* interpreter, size_t index, void* data, size_t bytes) {
  Interpreter& it = interpreter->interpreter;
  return capi::guard([&] {
    const Slot& slot = copyable(it.executor(), output_at(it, index), bytes);
    if (bytes > 0) std::memcpy(data, slot.data, bytes);
  });
}

lw_status lw_interpreter_invoke(lw_interpreter* interpreter) {
  return capi::guard([&] { interpreter->interpreter.invoke(); });
}

lw_status lw_interpreter_reset_variables(lw_interpreter* interpreter) {
  return capi::guard([&] { interpreter->interpreter.reset_variables(); });
}
