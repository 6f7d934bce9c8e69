#include "ops/binary.h"

namespace litewright {
namespace {

// Arithmetic for signed types; shifts are bounded to the bits there are.
template <class T>
Kernel shift_kernel(const NodeContext& c) {
  return binary_kernel<T>(c, [](T x, T y) {
    constexpr T kMost = sizeof(T) * 8 - 1;
    return static_cast<T>(x >> std::clamp(y, T(0), kMost));
  });
}

Kernel prepare(PrepareContext& c) {
  switch (c.input_dtype(0)) {
    case DType::kInt8:
      return shift_kernel<int8_t>(c);
    case DType::kUInt8:
      return shift_kernel<uint8_t>(c);
    case DType::kInt16:
      return shift_kernel<int16_t>(c);
    case DType::kUInt16:
      return shift_kernel<uint16_t>(c);
    case DType::kInt32:
      return shift_kernel<int32_t>(c);
    case DType::kUInt32:
      return shift_kernel<uint32_t>(c);
    default:
      refuse_dtype(c);
  }
}

}  // namespace

extern const OpDef kRightShift;
const OpDef kRightShift = {
    .code = BuiltinOp::kRightShift,
    .inputs = {{"x"}, {"y"}},
    .options = &schema_of<RightShiftOptions>(),
    .infer = infer_binary,
    .prepare = prepare,
    .types = "int8, uint8, int16, uint16, int32, uint32",
};

}  // namespace litewright
