#include <functional>

#include "ops/logical.h"

namespace litewright {
extern const OpDef kLogicalAnd;
const OpDef kLogicalAnd = {
    .code = BuiltinOp::kLogicalAnd,
    .inputs = {{"x"}, {"y"}},
    .options = &schema_of<LogicalAndOptions>(),
    .infer = infer_binary,
    .prepare = logical_kernel<std::logical_and<>>,
    .types = "bool",
};

}  // namespace litewright
