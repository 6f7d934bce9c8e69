#include "ops/elementwise.h"

namespace litewright {
namespace {

Kernel prepare(PrepareContext& c) {
  require_dtype(c, 0, {DType::kBool});
  return map_kernel<bool>(c, [](bool x) { return !x; });
}

}  // namespace

extern const OpDef kLogicalNot;
const OpDef kLogicalNot = {
    .code = BuiltinOp::kLogicalNot,
    .inputs = {{"x"}},
    .options = &schema_of<LogicalNotOptions>(),
    .infer = infer_unary,
    .prepare = prepare,
    .types = "bool",
};

}  // namespace litewright
