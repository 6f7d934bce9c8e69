#include "capi/tensors.h"

namespace litewright {

lw_tensor tensor_view(const Tensor& tensor, const Shape& shape, void* data, size_t bytes) {
  lw_tensor view{};
  view.size = sizeof view;
  view.name = tensor.name.c_str();
  view.type = static_cast<int32_t>(tensor.dtype);
  view.rank = static_cast<int32_t>(shape.size());
  view.dims = shape.data();
  view.data = data;
  view.bytes = bytes;
  view.is_constant = tensor.is_constant;
  view.is_variable = tensor.is_variable;
  const Quantization& quantization = tensor.quantization;
  view.num_scales = quantization.scale.size();
  view.scales = quantization.scale.data();
  view.num_zero_points = quantization.zero_point.size();
  view.zero_points = quantization.zero_point.data();
  view.quantized_dimension = quantization.axis;
  return view;
}

}  // namespace litewright
