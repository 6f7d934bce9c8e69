#include "capi/custom_op.h"

#include <memory>

#include "capi/handles.h"
#include "capi/tensors.h"

namespace litewright {
namespace {

struct Callbacks {
  std::string name;
  lw_custom_op op;
};

// An lw_call and what it points to, for one callback.
class Call {
 public:
  Call(const NodeContext& node, void* state, void* (*set_output)(lw_call*, size_t, int32_t, const int32_t*),
       void* host, bool running) {
    for (int i = 0; i < node.num_inputs(); ++i) {
      inputs_.push_back(node.has_input(i) ? view(node.input(i), running || node.input(i).value_known)
                                          : nullptr);
    }
    for (int i = 0; i < node.num_outputs(); ++i) {
      outputs_.push_back(node.has_output(i) ? view(node.output(i), running && node.output(i).shape_known)
                                            : nullptr);
    }
    call_.size = sizeof call_;
    call_.name = node.op().custom_code.c_str();
    call_.num_inputs = inputs_.size();
    call_.num_outputs = outputs_.size();
    call_.inputs = inputs_.data();
    call_.outputs = outputs_.data();
    call_.options = node.op().custom_options.data();
    call_.options_size = node.op().custom_options.size();
    call_.state = state;
    call_.set_output = set_output;
    call_.error = &error_;
    call_.host = host;
  }
  lw_call* get() { return &call_; }
  std::string message(lw_status status) const {
    return error_.message[0] != 0 ? std::string(error_.message)
                                  : concat("the callback returned status ", int{status});
  }

 private:
  const lw_tensor* view(const Slot& slot, bool has_value) {
    return views_.emplace_back(std::make_unique<lw_tensor>(tensor_view(slot, has_value))).get();
  }
  std::vector<std::unique_ptr<lw_tensor>> views_;
  std::vector<const lw_tensor*> inputs_, outputs_;
  lw_error error_{};
  lw_call call_{};
};

// The given shape; nothing if it is not one.
std::optional<Shape> shape_of(size_t output, size_t outputs, int32_t rank, const int32_t* dims) {
  if (output >= outputs || rank < 0) return std::nullopt;
  Shape shape(dims, dims + rank);
  return checked_elements(shape) ? std::optional<Shape>(std::move(shape)) : std::nullopt;
}

void* set_output_in_shape(lw_call* call, size_t output, int32_t rank, const int32_t* dims) {
  auto& context = *static_cast<InferContext*>(call->host);
  const auto shape = shape_of(output, call->num_outputs, rank, dims);
  if (!shape) return nullptr;
  const int i = static_cast<int>(output);
  if (context.has_output(i)) context.set_output(i, context.output_dtype(i), *shape);
  return call;  // not NULL: it went well
}

void* set_output_in_run(lw_call* call, size_t output, int32_t rank, const int32_t* dims) {
  auto& context = *static_cast<RunContext*>(call->host);
  const auto shape = shape_of(output, call->num_outputs, rank, dims);
  const int i = static_cast<int>(output);
  if (!shape || !context.has_output(i)) return nullptr;
  if (context.output(i).shape_known)
    return context.output(i).shape == *shape ? context.output(i).data : nullptr;
  try {
    return context.allocate_output(i, *shape, -1);
  } catch (const std::exception&) {
    return nullptr;
  }
}

void infer(const Callbacks& callbacks, InferContext& context) {
  for (int i = 0; i < context.num_outputs(); ++i) {
    if (context.has_output(i)) context.set_output_at_run(i, context.output_dtype(i));
  }
  if (callbacks.op.shape == nullptr) return;
  Call call(context, nullptr, set_output_in_shape, &context, false);
  const lw_status status = callbacks.op.shape(callbacks.op.context, call.get());
  if (status == LW_NEEDS_VALUES) {
    for (int i = 0; i < context.num_inputs(); ++i) {
      if (context.has_input(i) && !context.is_known(i)) throw NeedsValue{i};
    }
  }
  if (status != LW_OK) context.fail(call.message(status));
}

// Marks outputs that `run` has to give a shape as without one, so that a second run asks again.
class OpenOutputs {
 public:
  explicit OpenOutputs(const NodeContext& node) {
    for (int i = 0; i < node.num_outputs(); ++i) {
      if (node.has_output(i) && !node.output(i).shape_known) open_.push_back(i);
    }
  }
  void reopen(RunContext& context) const {
    for (int i : open_) const_cast<Slot&>(context.output(i)).shape_known = false;
  }
  // Of the outputs that still have no shape, the first; -1: none.
  int missing(const RunContext& context) const {
    for (int i : open_) {
      if (!context.output(i).shape_known) return i;
    }
    return -1;
  }

 private:
  std::vector<int> open_;
};

Kernel prepare(std::shared_ptr<const Callbacks> callbacks, PrepareContext& context) {
  const lw_custom_op& op = callbacks->op;
  void* made = nullptr;
  if (op.prepare != nullptr) {
    Call call(context, nullptr, set_output_in_shape, nullptr, false);
    call.get()->set_output = nullptr;
    const lw_status status = op.prepare(op.context, call.get(), &made);
    if (status != LW_OK) context.fail(call.message(status));
  }
  std::shared_ptr<void> state(made, [callbacks](void* value) {
    if (value != nullptr && callbacks->op.release != nullptr)
      callbacks->op.release(callbacks->op.context, value);
  });
  return [callbacks, state, open = OpenOutputs(context)](RunContext& run) -> Status {
    open.reopen(run);
    Call call(run, state.get(), set_output_in_run, &run, true);
    const lw_status status = callbacks->op.run(callbacks->op.context, call.get());
    if (status != LW_OK) return Status::error(call.message(status));
    const int missing = open.missing(run);
    if (missing >= 0) return Status::error("the operator gave output ", missing, " no shape");
    return {};
  };
}

}  // namespace

CustomOpDef custom_op_of(const lw_custom_op& given) {
  const lw_custom_op op = capi::read(&given, "lw_custom_op");
  if (op.name == nullptr || *op.name == 0)
    fail(ErrorCode::kInvalidArgument, "the custom operator has no name");
  if (op.run == nullptr) fail(ErrorCode::kInvalidArgument, "the custom operator '", op.name, "' has no run");
  auto callbacks = std::make_shared<const Callbacks>(Callbacks{op.name, op});
  CustomOpDef def;
  def.name = op.name;
  def.infer = [callbacks](InferContext& context) { infer(*callbacks, context); };
  def.prepare = [callbacks](PrepareContext& context) { return prepare(callbacks, context); };
  return def;
}

}  // namespace litewright

lw_status lw_options_add_custom_op(lw_options* options, const lw_custom_op* op) {
  return litewright::capi::guard([&] {
    if (op == nullptr)
      litewright::fail(litewright::ErrorCode::kInvalidArgument, "the custom operator is NULL");
    litewright::CustomOpDef def = litewright::custom_op_of(*op);
    options->options.custom_ops[def.name] = std::move(def);
  });
}
