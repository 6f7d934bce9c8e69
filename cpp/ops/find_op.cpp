// Looking up operators in the table of this build or application.
#include <array>

#include "ops/op_def.h"

namespace litewright {

const OpDef* find_op(BuiltinOp code) {
  static const auto rows = [] {
    std::array<const OpDef*, kBuiltinOpCount> result{};
    for (const OpDef* op : all_ops()) result[static_cast<size_t>(op->code)] = op;
    return result;
  }();
  const auto number = static_cast<size_t>(code);
  return number < rows.size() ? rows[number] : nullptr;
}

const CustomOpDef* find_builtin_custom_op(const std::string& name) {
  for (const CustomOpDef* op : all_custom_ops()) {
    if (op->name == name) return op;
  }
  return nullptr;
}

const OptionsSchema* find_schema_of_operators(int union_number, int tag) {
  for (const OpDef* op : all_ops()) {
    const OptionsSchema* schema = op->options;
    if (schema != nullptr && schema->union_number == union_number && schema->tag == tag) return schema;
  }
  return nullptr;
}

}  // namespace litewright
