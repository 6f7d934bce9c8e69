// Runs a model:
//
//   litewright::Interpreter interpreter(litewright::Model::from_file("digits.tflite"));
//   interpreter.allocate_tensors();
//   std::ranges::copy(picture, interpreter.input(0).as<float>().begin());
//   interpreter.invoke();
//   auto scores = interpreter.output(0).as<float>();
#pragma once

#include <litewright/model.h>
#include <litewright/options.h>
#include <litewright/profiler.h>
#include <litewright/tensor_view.h>

#include <memory>
#include <utility>

namespace litewright {
inline namespace v0 {

// Serves one thread at a time. Interpreters on one model may run in different threads at the same time.
class Interpreter {
 public:
  Interpreter() = default;

  static Status try_make(const Model& model, const Options& options, Interpreter& interpreter) {
    if (model.raw() == nullptr) return Status(Code::kInvalidArgument, "the model is empty");
    auto state = std::make_unique<State>();
    state->options = options;
    Options* const owned = &state->options;  // callbacks point into it
    const std::unique_ptr<lw_options, void (*)(lw_options*)> handle(lw_options_new(), lw_options_delete);
    if (!handle) return Status(Code::kRuntime, "out of memory");
    lw_options_set_num_threads(handle.get(), owned->num_threads);
    lw_options_set_reference(handle.get(), owned->reference);
    lw_options_set_preserve_all(handle.get(), owned->preserve_all);
    if (owned->warning) lw_options_set_warning(handle.get(), &warn, owned);
    for (const CustomOp& op : owned->custom_ops) {
      const lw_custom_op given = detail::to_c(op);
      const Status status = Status::of(lw_options_add_custom_op(handle.get(), &given));
      if (!status.ok()) return status;
    }
    for (const Delegate& delegate : owned->delegates) {
      const Status status = Status::of(lw_options_add_delegate(handle.get(), delegate.get()));
      if (!status.ok()) return status;
    }
    lw_interpreter* made = nullptr;
    const Status status = Status::of(lw_interpreter_new(model.raw(), handle.get(), &made));
    if (status.ok()) {
      state->handle.reset(made);
      interpreter.state_ = std::move(state);
    }
    return status;
  }

  size_t num_inputs() const { return lw_interpreter_num_inputs(raw()); }
  size_t num_outputs() const { return lw_interpreter_num_outputs(raw()); }
  Status try_input(size_t i, TensorView& view) noexcept {
    return Status::of(lw_interpreter_input(raw(), i, view.raw()));
  }
  Status try_output(size_t i, TensorView& view) noexcept {
    return Status::of(lw_interpreter_output(raw(), i, view.raw()));
  }
  // try_allocate_tensors must follow.
  Status try_resize_input(size_t i, std::span<const int32_t> shape) noexcept {
    return Status::of(
        lw_interpreter_resize_input(raw(), i, static_cast<int32_t>(shape.size()), shape.data()));
  }
  Status try_allocate_tensors() noexcept { return Status::of(lw_interpreter_allocate(raw())); }
  Status try_invoke() noexcept { return Status::of(lw_interpreter_invoke(raw())); }
  Status try_reset_variables() noexcept { return Status::of(lw_interpreter_reset_variables(raw())); }

  // These throw litewright::Error.
  explicit Interpreter(const Model& model, const Options& options = {}) {
    try_make(model, options, *this).or_throw();
  }
  TensorView input(size_t i) {
    TensorView view;
    try_input(i, view).or_throw();
    return view;
  }
  TensorView output(size_t i) {
    TensorView view;
    try_output(i, view).or_throw();
    return view;
  }
  void resize_input(size_t i, std::span<const int32_t> shape) { try_resize_input(i, shape).or_throw(); }
  void allocate_tensors() { try_allocate_tensors().or_throw(); }
  void invoke() { try_invoke().or_throw(); }
  void reset_variables() { try_reset_variables().or_throw(); }

  // Measures the runs from now on, and forgets earlier ones.
  void start_profile() { lw_profile_start(raw()); }
  void stop_profile() { lw_profile_stop(raw()); }
  Profile profile() {
    Profile result;
    const size_t count = lw_profile_num_rows(raw());
    for (size_t i = 0; i < count; ++i) {
      lw_profile_row row{};
      row.size = sizeof row;
      if (lw_profile_get_row(raw(), i, &row) != LW_OK) break;
      result.operators.push_back({row.op, row.output, row.subgraph, row.node, row.runs, row.nanoseconds});
    }
    result.chrome_trace = lw_profile_chrome_trace(raw());
    return result;
  }
  lw_interpreter* raw() const { return state_ ? state_->handle.get() : nullptr; }

 private:
  static void warn(void* options, const char* message) { static_cast<Options*>(options)->warning(message); }
  struct Delete {
    void operator()(lw_interpreter* handle) const { lw_interpreter_delete(handle); }
  };
  struct State {
    Options options;
    std::unique_ptr<lw_interpreter, Delete> handle;  // ends before the options do
  };
  std::unique_ptr<State> state_;
};

}  // namespace v0
}  // namespace litewright
