// The contexts' common parts: operand access with messages that name the operator.
#include <algorithm>

#include "ops/op_def.h"
#include "runtime/pack_cache.h"
#include "tflite/mapped_file.h"

namespace litewright {
namespace {

template <class T>
void append(std::vector<int64_t>& values, const Slot& slot) {
  const T* first = reinterpret_cast<const T*>(slot.data);
  values.assign(first, first + slot.bytes / sizeof(T));
}

}  // namespace

void NodeContext::fail_with(const std::string& message) const {
  throw Error(
      ErrorCode::kInvalidModel,
      op_->display_name() + (op_->layer.empty() ? "" : " of layer '" + op_->layer + "'") + ": " + message);
}

const Slot& NodeContext::input(int i) const {
  if (!has_input(i)) fail("input ", i, " is missing");
  return *inputs_[i];
}

const Slot& NodeContext::output(int i) const {
  if (!has_output(i)) fail("output ", i, " is missing");
  return *outputs_[i];
}

std::string NodeContext::describe_input(int i) const {
  const Slot& slot = input(i);
  return concat("input ", i, " '", slot.tensor->name, "' ", dtype_name(slot.dtype), to_string(slot.shape));
}

void ValueContext::check_value(int i, DType dtype) const {
  const Slot& slot = input(i);
  if (slot.dtype != dtype) fail(describe_input(i), " should be ", dtype_name(dtype));
  if (!slot.value_known) throw NeedsValue{i};
}

std::vector<int64_t> ValueContext::ints(int i) const {
  const Slot& slot = input(i);
  if (!slot.value_known) throw NeedsValue{i};
  std::vector<int64_t> values;
  switch (slot.dtype) {
    case DType::kInt32:
      append<int32_t>(values, slot);
      break;
    case DType::kInt64:
      append<int64_t>(values, slot);
      break;
    case DType::kInt16:
      append<int16_t>(values, slot);
      break;
    case DType::kInt8:
      append<int8_t>(values, slot);
      break;
    case DType::kUInt8:
      append<uint8_t>(values, slot);
      break;
    default:
      fail(describe_input(i), " should hold integers");
  }
  return values;
}

int64_t ValueContext::int_scalar(int i) const {
  const std::vector<int64_t> values = ints(i);
  if (values.size() != 1) fail(describe_input(i), " should hold one element");
  return values[0];
}

void InferContext::set_output(int i, DType dtype, Shape shape) {
  if (!has_output(i)) return;
  Slot& slot = *outputs_[i];
  // float32 is also what a file says that says nothing.
  if (declares_outputs_ && slot.dtype != dtype && slot.dtype != DType::kFloat32) {
    fail("output ", i, " '", slot.tensor->name, "' is declared ", dtype_name(slot.dtype), " and computed as ",
         dtype_name(dtype));
  }
  if (!checked_elements(shape)) fail("output ", i, " would have the shape ", to_string(shape));
  slot.dtype = dtype;
  slot.shape = std::move(shape);
  slot.shape_known = true;
}

void InferContext::set_output_at_run(int i, DType dtype) {
  if (!has_output(i)) return;
  if (declares_outputs_ && outputs_[i]->dtype != dtype) {
    fail("output ", i, " '", outputs_[i]->tensor->name, "' is declared ", dtype_name(outputs_[i]->dtype),
         " and computed as ", dtype_name(dtype));
  }
  outputs_[i]->dtype = dtype;
  outputs_[i]->shape_known = false;
}

const Tensor& PrepareContext::graph_tensor(TensorId id) const {
  if (id < 0 || static_cast<size_t>(id) >= environment_->tensors.size())
    fail("tensor ", id, " does not exist");
  return environment_->tensors[id];
}

const Tensor& PrepareContext::intermediate(int i) const {
  const std::vector<TensorId>& ids = op_->intermediates;
  if (i < 0 || static_cast<size_t>(i) >= ids.size() || ids[i] == kNoTensor)
    fail("intermediate ", i, " is missing");
  return graph_tensor(ids[i]);
}

std::shared_ptr<const void> PrepareContext::packed_any(
    int i, const std::string& variant, const std::function<std::shared_ptr<const void>()>& make) const {
  const Slot& slot = input(i);
  if (environment_->pack_cache == nullptr || !slot.tensor->is_constant) return make();
  const Bytes& data = slot.tensor->data;
  return environment_->pack_cache->get(data.data(), variant + '/' + op_->display_name(), [&] {
    std::shared_ptr<const void> packed = make();
    release_mapped(data.data(), data.size());
    return packed;
  });
}

}  // namespace litewright
