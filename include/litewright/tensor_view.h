// A look at a tensor: shape, type, memory. Nothing is copied.
#pragma once

#include <litewright/status.h>

#include <complex>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace litewright {
inline namespace v0 {

using DType = lw_type;
inline const char* type_name(DType type) { return lw_type_name(type); }

namespace detail {
template <class T>
inline constexpr int kTypeOf = -1;
template <>
inline constexpr int kTypeOf<float> = LW_FLOAT32;
template <>
inline constexpr int kTypeOf<double> = LW_FLOAT64;
template <>
inline constexpr int kTypeOf<int8_t> = LW_INT8;
template <>
inline constexpr int kTypeOf<uint8_t> = LW_UINT8;
template <>
inline constexpr int kTypeOf<int16_t> = LW_INT16;
template <>
inline constexpr int kTypeOf<uint16_t> = LW_UINT16;
template <>
inline constexpr int kTypeOf<int32_t> = LW_INT32;
template <>
inline constexpr int kTypeOf<uint32_t> = LW_UINT32;
template <>
inline constexpr int kTypeOf<int64_t> = LW_INT64;
template <>
inline constexpr int kTypeOf<uint64_t> = LW_UINT64;
template <>
inline constexpr int kTypeOf<bool> = LW_BOOL;
template <>
inline constexpr int kTypeOf<std::complex<float>> = LW_COMPLEX64;
template <>
inline constexpr int kTypeOf<std::complex<double>> = LW_COMPLEX128;
}  // namespace detail

// Valid until its interpreter is resized, allocated, run or destroyed.
class TensorView {
 public:
  TensorView() : tensor_() { tensor_.size = sizeof tensor_; }
  explicit TensorView(const lw_tensor& tensor) : tensor_(tensor) {}

  std::string_view name() const { return tensor_.name != nullptr ? tensor_.name : ""; }
  DType dtype() const { return static_cast<DType>(tensor_.type); }
  std::span<const int32_t> shape() const { return {tensor_.dims, static_cast<size_t>(tensor_.rank)}; }
  size_t num_bytes() const { return tensor_.bytes; }
  void* data() const { return tensor_.data; }  // nullptr: no value yet
  bool is_constant() const { return tensor_.is_constant != 0; }
  // real = scale * (stored - zero point), per tensor or per channel of quantized_dimension; no scales: not
  // quantized.
  std::span<const float> scales() const { return {tensor_.scales, tensor_.num_scales}; }
  std::span<const int64_t> zero_points() const { return {tensor_.zero_points, tensor_.num_zero_points}; }
  int quantized_dimension() const { return tensor_.quantized_dimension; }

  // The elements. Empty if they are of another type, or have no value yet.
  template <class T>
  std::span<T> try_as() const noexcept {
    if (detail::kTypeOf<std::remove_const_t<T>> != tensor_.type || tensor_.data == nullptr) return {};
    return {static_cast<T*>(tensor_.data), tensor_.bytes / sizeof(T)};
  }
  // The elements. Error if they are of another type or have no value yet.
  template <class T>
  std::span<T> as() const {
    if (detail::kTypeOf<std::remove_const_t<T>> != tensor_.type) {
      throw Error(Code::kInvalidArgument, "tensor '" + std::string(name()) + "' holds " + type_name(dtype()) +
                                              ", which is another type than asked for");
    }
    if (tensor_.data == nullptr && tensor_.bytes == 0 && shape_is_empty()) return {};
    if (tensor_.data == nullptr) {
      throw Error(Code::kRuntime,
                  "tensor '" + std::string(name()) + "' has no value yet; allocate the tensors first");
    }
    return try_as<T>();
  }
  const lw_tensor& raw() const { return tensor_; }
  lw_tensor* raw() { return &tensor_; }

 private:
  bool shape_is_empty() const {
    for (int32_t extent : shape()) {
      if (extent == 0) return true;
    }
    return false;
  }
  lw_tensor tensor_;
};

}  // namespace v0
}  // namespace litewright
