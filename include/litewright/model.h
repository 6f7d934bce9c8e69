// A loaded .tflite model, shared by the interpreters made from it.
#pragma once

#include <litewright/status.h>

#include <memory>
#include <string>

namespace litewright {
inline namespace v0 {

// Cheap to copy: copies share the model.
class Model {
 public:
  Model() = default;

  static Status try_from_file(const std::string& path, Model& model) noexcept {
    lw_model* handle = nullptr;
    const lw_status status = lw_model_from_file(path.c_str(), &handle);
    return model.take(status, handle);
  }
  // The bytes are copied.
  static Status try_from_buffer(const void* data, size_t size, Model& model) noexcept {
    lw_model* handle = nullptr;
    const lw_status status = lw_model_from_buffer(data, size, nullptr, nullptr, &handle);
    return model.take(status, handle);
  }
  static Model from_file(const std::string& path) {
    Model model;
    try_from_file(path, model).or_throw();
    return model;
  }
  static Model from_buffer(const void* data, size_t size) {
    Model model;
    try_from_buffer(data, size, model).or_throw();
    return model;
  }
  const lw_model* raw() const { return handle_.get(); }

 private:
  Status take(lw_status status, lw_model* handle) {
    if (status == LW_OK) handle_.reset(handle, lw_model_delete);
    return Status::of(status);
  }
  std::shared_ptr<lw_model> handle_;
};

}  // namespace v0
}  // namespace litewright
