#include "ops/reduce.h"

namespace litewright {
namespace {

Kernel prepare(PrepareContext& c) {
  require_dtype(c, 0, {DType::kBool});
  return step_kernel<bool>(
      c, true, [](bool result, bool x) { return result && x; }, [](bool result) { return result; });
}

}  // namespace

extern const OpDef kReduceAll;
const OpDef kReduceAll = {
    .code = BuiltinOp::kReduceAll,
    .inputs = {{"x"}, {"axes"}},
    .options = &schema_of<ReducerOptions>(),
    .infer = infer_reduce,
    .prepare = prepare,
    .types = "bool",
};

}  // namespace litewright
