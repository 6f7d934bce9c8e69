#include "ops/complex_parts.h"

namespace litewright {
namespace {

Kernel prepare(PrepareContext& c) {
  return complex_part_kernel(c, [](const auto& x) { return x.real(); });
}

}  // namespace

extern const OpDef kReal;
const OpDef kReal = {
    .code = BuiltinOp::kReal,
    .inputs = {{"x"}},
    .infer = infer_complex_part,
    .prepare = prepare,
    .types = "complex64, complex128",
};

}  // namespace litewright
