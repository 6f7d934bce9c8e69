// Operators of the application's own.
#pragma once

#include <litewright/tensor_view.h>

#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace litewright {
inline namespace v0 {

// One use of a custom operator, as its functions see it.
class OpCall {
 public:
  explicit OpCall(lw_call* call) : call_(call) {}

  std::string_view name() const { return call_->name; }
  size_t num_inputs() const { return call_->num_inputs; }
  size_t num_outputs() const { return call_->num_outputs; }
  bool has_input(size_t i) const { return i < num_inputs() && call_->inputs[i] != nullptr; }
  TensorView input(size_t i) const { return at(call_->inputs, num_inputs(), i, "input"); }
  TensorView output(size_t i) const { return at(call_->outputs, num_outputs(), i, "output"); }
  // The options that the file gives the operator, as bytes.
  std::span<const uint8_t> options() const {
    return {static_cast<const uint8_t*>(call_->options), call_->options_size};
  }
  // In `shape`: sets an output's shape. In `run`: does so for an output that `shape` left open, and returns
  // its memory.
  void* set_output(size_t i, std::span<const int32_t> shape) const {
    void* memory = call_->set_output(call_, i, static_cast<int32_t>(shape.size()), shape.data());
    if (memory == nullptr)
      throw Error(Code::kInvalidArgument, "output " + std::to_string(i) + " cannot have this shape");
    return memory;
  }
  void* state() const { return call_->state; }
  lw_call* raw() const { return call_; }

 private:
  static TensorView at(const lw_tensor* const* tensors, size_t count, size_t i, const char* what) {
    if (i >= count || tensors[i] == nullptr) {
      throw Error(Code::kOutOfRange, std::string(what) + " " + std::to_string(i) + " is missing");
    }
    return TensorView(*tensors[i]);
  }
  lw_call* call_;
};

// What `shape` throws when it needs the values of inputs that have none yet.
struct NeedsValues {};

// Functions report errors by throwing; the message reaches whoever allocates or runs.
struct CustomOp {
  std::string name;                                             // the custom_code that files use
  std::function<void(const OpCall&)> shape;                     // empty: `run` sets the shapes of all outputs
  std::function<std::shared_ptr<void>(const OpCall&)> prepare;  // empty: no state
  std::function<void(const OpCall&)> run;
};

namespace detail {

template <class Body>
lw_status call_back(lw_call* call, const Body& body) noexcept {
  const auto explain = [&](const char* message) {
    std::strncpy(call->error->message, message, sizeof(lw_error) - 1);
  };
  try {
    body();
    return LW_OK;
  } catch (const NeedsValues&) {
    return LW_NEEDS_VALUES;
  } catch (const std::exception& error) {
    explain(error.what());
  } catch (...) {
    explain("an unknown exception");
  }
  return LW_RUNTIME;
}

inline lw_custom_op to_c(const CustomOp& op) {
  lw_custom_op result{};
  result.size = sizeof result;
  result.name = op.name.c_str();
  result.context = const_cast<CustomOp*>(&op);
  if (op.shape) {
    result.shape = [](void* context, lw_call* call) {
      return call_back(call, [&] { static_cast<const CustomOp*>(context)->shape(OpCall(call)); });
    };
  }
  if (op.prepare) {
    result.prepare = [](void* context, lw_call* call, void** state) {
      return call_back(call, [&] {
        auto made = std::make_unique<std::shared_ptr<void>>(
            static_cast<const CustomOp*>(context)->prepare(OpCall(call)));
        *state = made.release();
      });
    };
    result.release = [](void*, void* state) { delete static_cast<std::shared_ptr<void>*>(state); };
  }
  result.run = [](void* context, lw_call* call) {
    return call_back(call, [&] {
      lw_call inner = *call;
      if (call->state != nullptr) inner.state = static_cast<std::shared_ptr<void>*>(call->state)->get();
      static_cast<const CustomOp*>(context)->run(OpCall(&inner));
    });
  };
  return result;
}

}  // namespace detail
}  // namespace v0
}  // namespace litewright
