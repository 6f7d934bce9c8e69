#include <map>

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

const OpDef* find_op(BuiltinOp code) {
  static const std::map<BuiltinOp, const OpDef*> table = [] {
    std::map<BuiltinOp, const OpDef*> rows;
    for (const OpDef* op : all_ops()) rows.emplace(op->code, op);
    return rows;
  }();
  const auto found = table.find(code);
  return found == table.end() ? nullptr : found->second;
}

const CustomOpDef* find_builtin_custom_op(const std::string& name) {
  for (const CustomOpDef* op : all_custom_ops()) {
    if (op->name == name) return op;
  }
  return nullptr;
}

}  // namespace litewright
