// op(constants) -> constant
#include <algorithm>
#include <memory>

#include "core/unpack.h"
#include "ops/op_def.h"
#include "passes/passes.h"
#include "passes/rewrite.h"
#include "runtime/interpreter.h"

namespace litewright {
namespace {

// Folding must not make files larger: results up to this size, or up to the size of what they are computed
// from.
constexpr size_t kSmall = 1024;

bool foldable(const Subgraph& subgraph, const Operator& op) {
  const OpDef* def = op.code == BuiltinOp::kCustom ? nullptr : find_op(op.code);
  // A DEQUANTIZE of a constant is how compressed weights are stored.
  if (def == nullptr || def->stateful || op.code == BuiltinOp::kDequantize || op.outputs.empty())
    return false;
  // A variable that an operator sets starts from that value at every run.
  for (TensorId id : op.outputs) {
    if (id == kNoTensor || subgraph.tensors[id].is_variable) return false;
  }
  return std::all_of(op.inputs.begin(), op.inputs.end(),
                     [&](TensorId id) { return id == kNoTensor || subgraph.tensors[id].is_constant; });
}

}  // namespace

bool fold_operator(Subgraph& subgraph, int index) {
  const Operator op = subgraph.operators[index];
  if (!foldable(subgraph, op)) return false;
  size_t input_bytes = 0;
  for (TensorId id : op.inputs) input_bytes += id == kNoTensor ? 0 : subgraph.tensors[id].data.size();
  Interpreter interpreter(std::make_shared<Model>(extract_operator(subgraph, op)));
  SubgraphExecutor& executor = interpreter.executor();
  try {
    interpreter.allocate();
    interpreter.invoke();
  } catch (const Error&) {
    return false;  // it fails in the interpreter too, with the same message
  }
  size_t output_bytes = 0;
  for (TensorId id : executor.subgraph().outputs) output_bytes += executor.slot(id).bytes;
  if (output_bytes > std::max(kSmall, input_bytes)) return false;
  for (size_t i = 0; i < op.outputs.size(); ++i) {
    const Slot& slot = executor.slot(executor.subgraph().outputs[i]);
    Tensor& tensor = subgraph.tensors[op.outputs[i]];
    tensor.shape = slot.shape;
    tensor.is_constant = true;
    tensor.data = is_sub_byte(slot.dtype)
                      ? Bytes::own(pack_sub_byte(slot.dtype, slot.data, num_elements(slot.shape)))
                      : Bytes::copy(slot.data, slot.bytes);
    if (op.code == BuiltinOp::kTranspose || op.code == BuiltinOp::kReshape) {  // the same values
      tensor.quantization.min = subgraph.tensors[op.inputs[0]].quantization.min;
      tensor.quantization.max = subgraph.tensors[op.inputs[0]].quantization.max;
    }
  }
  subgraph.operators.erase(subgraph.operators.begin() + index);
  return true;
}

bool fold_constants(Graph& graph) { return rewrite_operators(graph, fold_operator); }

}  // namespace litewright
