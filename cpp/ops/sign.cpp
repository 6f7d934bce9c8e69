#include "ops/elementwise.h"

namespace litewright {
namespace {

// Zeros and NaN stay as they are.
template <class T>
Kernel sign_kernel(const NodeContext& c) {
  return map_kernel<T>(c, [](T x) { return x > 0 ? T(1) : x < 0 ? T(-1) : x; });
}

Kernel prepare(PrepareContext& c) {
  switch (c.input_dtype(0)) {
    case DType::kFloat32:
      return sign_kernel<float>(c);
    case DType::kFloat64:
      return sign_kernel<double>(c);
    case DType::kInt32:
      return sign_kernel<int32_t>(c);
    default:
      refuse_dtype(c);
  }
}

}  // namespace

extern const OpDef kSign;
const OpDef kSign = {
    .code = BuiltinOp::kSign,
    .max_version = 2,
    .inputs = {{"x"}},
    .options = &schema_of<SignOptions>(),
    .infer = infer_unary,
    .prepare = prepare,
    .types = "float32, float64, int32",
};

}  // namespace litewright
