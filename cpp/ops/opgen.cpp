#include "ops/opgen.h"

#include <set>

#include "core/error.h"
#include "ops/op_def.h"

namespace litewright {

#define X(name) extern const OpDef name;
#include "ops/op_list.h"
#undef X
#define X(name) extern const CustomOpDef name;
#include "ops/custom_op_list.h"
#undef X

namespace {

struct Row {
  const char* name;
  const OpDef* op;
};
constexpr Row kRows[] = {
#define X(name) {#name, &name},
#include "ops/op_list.h"
#undef X
};
struct CustomRow {
  const char* name;
  const CustomOpDef* op;
};
constexpr CustomRow kCustomRows[] = {
#define X(name) {#name, &name},
#include "ops/custom_op_list.h"
#undef X
};

std::string macro(const char* name, const std::set<std::string>& rows) {
  std::string text = concat("#define ", name, "(X)");
  for (const std::string& row : rows) text += concat(" \\\n  X(", row, ")");
  return text + "\n";
}

}  // namespace

std::string operator_table_source(const std::vector<const Graph*>& graphs) {
  std::set<std::string> rows, custom_rows;
  const auto add = [&](const Operator& op) {
    if (op.code == BuiltinOp::kCustom) {
      for (const CustomRow& row : kCustomRows) {
        if (row.op->name == op.custom_code) custom_rows.insert(row.name);
      }
      return;
    }
    bool found = false;
    for (const Row& row : kRows) {
      if (row.op->code != op.code) continue;
      rows.insert(row.name);
      found = true;
    }
    if (!found) fail(ErrorCode::kInvalidModel, "this build has no operator ", op.display_name());
  };
  for (const Graph* graph : graphs) {
    for (const Subgraph& subgraph : graph->subgraphs) {
      for (const Operator& op : subgraph.operators) add(op);
    }
  }
  return "// Written by litewright opgen.\n" + macro("LITEWRIGHT_OPERATORS", rows) +
         macro("LITEWRIGHT_CUSTOM_OPERATORS", custom_rows) + "#include <litewright/operators.h>\n";
}

}  // namespace litewright
