#include "importers/tf/type_check.h"

#include <algorithm>
#include <memory>
#include <string_view>

#include "core/error.h"
#include "ops/op_def.h"
#include "passes/rewrite.h"
#include "runtime/interpreter.h"

namespace litewright::tf {

void check_types(const Subgraph& subgraph, const Operator& op) {
  const OpDef* def = op.code == BuiltinOp::kCustom ? nullptr : find_op(op.code);
  const bool usual = std::all_of(op.inputs.begin(), op.inputs.end(), [&](TensorId id) {
    return id == kNoTensor || subgraph.tensors[static_cast<size_t>(id)].dtype == DType::kFloat32;
  });
  if (def == nullptr || def->stateful || usual) return;
  try {
    Interpreter(std::make_shared<Model>(extract_operator(subgraph, op))).allocate();
  } catch (const Error& error) {
    // Other errors may come from extents that are not known yet.
    const std::string_view message = error.what();
    if (message.find("is not supported") != std::string_view::npos)
      fail(ErrorCode::kUnsupported, message, "; cast its operands to another type");
  }
}

}  // namespace litewright::tf
