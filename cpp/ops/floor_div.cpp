#include <cmath>

#include "ops/binary.h"

namespace litewright {
namespace {

template <class T>
Kernel integer_kernel(const NodeContext& c) {
  return with_divisor_check<T>(binary_kernel<T>(c, [](T a, T b) {
    const int64_t quotient = int64_t{a} / b, rest = int64_t{a} % b;
    return static_cast<T>(quotient - (rest != 0 && (rest < 0) != (b < 0)));
  }));
}

Kernel prepare(PrepareContext& c) {
  switch (c.input_dtype(0)) {
    case DType::kFloat32:
      return binary_kernel<float>(c, [](float a, float b) {
        return static_cast<float>(std::floor(static_cast<double>(a) / static_cast<double>(b)));
      });
    case DType::kInt8:
      return integer_kernel<int8_t>(c);
    case DType::kInt16:
      return integer_kernel<int16_t>(c);
    case DType::kInt32:
      return integer_kernel<int32_t>(c);
    default:
      refuse_dtype(c);
  }
}

}  // namespace

extern const OpDef kFloorDiv;
const OpDef kFloorDiv = {
    .code = BuiltinOp::kFloorDiv,
    .max_version = 3,
    .inputs = {{"x"}, {"y"}},
    .options = &schema_of<FloorDivOptions>(),
    .infer = infer_binary,
    .prepare = prepare,
    .types = "float32, int8, int16, int32",
};

}  // namespace litewright
