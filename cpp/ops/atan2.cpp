#include <cmath>

#include "ops/binary.h"

namespace litewright {
namespace {

Kernel prepare(PrepareContext& c) {
  const auto angle = [](auto y, auto x) { return std::atan2(y, x); };
  switch (c.input_dtype(0)) {
    case DType::kFloat32:
      return binary_kernel<float>(c, angle);
    case DType::kFloat64:
      return binary_kernel<double>(c, angle);
    case DType::kFloat16:
      return narrow_binary_kernel<Half>(c, angle);
    case DType::kBFloat16:
      return narrow_binary_kernel<BFloat16>(c, angle);
    default:
      refuse_dtype(c);
  }
}

}  // namespace

extern const OpDef kAtan2;
const OpDef kAtan2 = {
    .code = BuiltinOp::kAtan2,
    .inputs = {{"y"}, {"x"}},
    .options = &schema_of<ATan2Options>(),
    .infer = infer_binary,
    .prepare = prepare,
    .types = "float32, float64, float16, bfloat16",
};

}  // namespace litewright
