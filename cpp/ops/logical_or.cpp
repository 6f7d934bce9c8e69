#include <functional>

#include "ops/logical.h"

namespace litewright {
extern const OpDef kLogicalOr;
const OpDef kLogicalOr = {
    .code = BuiltinOp::kLogicalOr,
    .inputs = {{"x"}, {"y"}},
    .options = &schema_of<LogicalOrOptions>(),
    .infer = infer_binary,
    .prepare = logical_kernel<std::logical_or<>>,
    .types = "bool",
};

}  // namespace litewright
