#include <cmath>

#include "ops/binary.h"

namespace litewright {
namespace {

// The remainder with the divisor's sign.
template <class T>
T with_sign_of(T rest, T divisor) {
  return rest != 0 && (rest < 0) != (divisor < 0) ? static_cast<T>(rest + divisor) : rest;
}

template <class T>
Kernel integer_kernel(const NodeContext& c) {
  return with_divisor_check<T>(binary_kernel<T>(
      c, [](T a, T b) { return b == T(-1) ? T(0) : with_sign_of(static_cast<T>(a % b), b); }));
}

Kernel prepare(PrepareContext& c) {
  switch (c.input_dtype(0)) {
    case DType::kFloat32:
      return binary_kernel<float>(c, [](float a, float b) { return with_sign_of(std::fmod(a, b), b); });
    case DType::kInt8:
      return integer_kernel<int8_t>(c);
    case DType::kInt16:
      return integer_kernel<int16_t>(c);
    case DType::kInt32:
      return integer_kernel<int32_t>(c);
    case DType::kInt64:
      return integer_kernel<int64_t>(c);
    default:
      refuse_dtype(c);
  }
}

}  // namespace

extern const OpDef kFloorMod;
const OpDef kFloorMod = {
    .code = BuiltinOp::kFloorMod,
    .max_version = 2,
    .inputs = {{"x"}, {"y"}},
    .options = &schema_of<FloorModOptions>(),
    .infer = infer_binary,
    .prepare = prepare,
    .types = "float32, int8, int16, int32, int64",
};

}  // namespace litewright
