#include "ops/elementwise.h"

namespace litewright {
namespace {

// The lowest integer stays as it is.
template <class T>
Kernel integer_kernel(const NodeContext& c) {
  return map_kernel<T>(c, [](T x) { return static_cast<T>(uint64_t{0} - static_cast<uint64_t>(x)); });
}

Kernel prepare(PrepareContext& c) {
  switch (c.input_dtype(0)) {
    case DType::kInt8:
      return integer_kernel<int8_t>(c);
    case DType::kInt16:
      return integer_kernel<int16_t>(c);
    case DType::kInt32:
      return integer_kernel<int32_t>(c);
    case DType::kInt64:
      return integer_kernel<int64_t>(c);
    default:
      return float_kernel(c, UnaryOp::kNeg);
  }
}

}  // namespace

extern const OpDef kNeg;
const OpDef kNeg = {
    .code = BuiltinOp::kNeg,
    .inputs = {{"x"}},
    .options = &schema_of<NegOptions>(),
    .infer = infer_unary,
    .prepare = prepare,
    .types = "float32, float16, bfloat16, int8, int16, int32, int64",
    .fast_path = true,
};

}  // namespace litewright
