#include "ops/complex_parts.h"

namespace litewright {
namespace {

Kernel prepare(PrepareContext& c) {
  return complex_part_kernel(c, [](const auto& x) { return x.imag(); });
}

}  // namespace

extern const OpDef kImag;
const OpDef kImag = {
    .code = BuiltinOp::kImag,
    .inputs = {{"x"}},
    .infer = infer_complex_part,
    .prepare = prepare,
    .types = "complex64, complex128",
};

}  // namespace litewright
