// Runs a subgraph without inputs and outputs once in the life of an interpreter: it sets up variables and
// tables.
#include "ops/op_def.h"
#include "runtime/resources.h"
#include "runtime/subgraph_executor.h"

namespace litewright {
namespace {

void infer(InferContext& c) {
  if (!c.subgraph) return;
  const Subgraph& callee = c.subgraph(c.options<CallOnceOptions>().init_subgraph_index)->subgraph();
  if (!callee.inputs.empty() || !callee.outputs.empty()) {
    c.fail("subgraph '", callee.name, "' should have no inputs and no outputs");
  }
}

Kernel prepare(PrepareContext& c) {
  return [index = c.options<CallOnceOptions>().init_subgraph_index](RunContext& r) {
    bool& done = r.resources().called_once[index];
    if (done) return Status();
    SubgraphExecutor& callee = *r.subgraph(index);
    callee.allocate();
    callee.run();
    done = true;
    return Status();
  };
}

}  // namespace

extern const OpDef kCallOnce;
const OpDef kCallOnce = {
    .code = BuiltinOp::kCallOnce,
    .inputs = {},
    .outputs = {},
    .options = &schema_of<CallOnceOptions>(),
    .infer = infer,
    .prepare = prepare,
    .quant = {.output = QuantRule::kControlFlow},
    .types = "none",
    .stateful = true,
};

}  // namespace litewright
