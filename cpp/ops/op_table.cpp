// The operators of this build. An application may link a table of its own instead (see
// litewright/operators.h).
#include "ops/op_def.h"

namespace litewright {

#define X(name) extern const OpDef name;
#include "ops/op_list.h"
#undef X
#define X(name) extern const CustomOpDef name;
#include "ops/custom_op_list.h"
#undef X

namespace {

constexpr const OpDef* kOps[] = {
#define X(name) &name,
#include "ops/op_list.h"
#undef X
    nullptr};

constexpr const CustomOpDef* kCustomOps[] = {
#define X(name) &name,
#include "ops/custom_op_list.h"
#undef X
    nullptr};

}  // namespace

std::span<const OpDef* const> all_ops() { return {kOps, std::size(kOps) - 1}; }
std::span<const CustomOpDef* const> all_custom_ops() { return {kCustomOps, std::size(kCustomOps) - 1}; }

}  // namespace litewright
