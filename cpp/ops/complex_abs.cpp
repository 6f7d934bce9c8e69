#include "ops/complex_parts.h"

namespace litewright {
namespace {

Kernel prepare(PrepareContext& c) {
  return complex_part_kernel(c, [](const auto& x) { return std::abs(x); });
}

}  // namespace

extern const OpDef kComplexAbs;
const OpDef kComplexAbs = {
    .code = BuiltinOp::kComplexAbs,
    .inputs = {{"x"}},
    .infer = infer_complex_part,
    .prepare = prepare,
    .types = "complex64, complex128",
};

}  // namespace litewright
