#include "quant/twins.h"

#include <algorithm>

#include "quant/plan.h"

namespace litewright {

std::vector<Twin> find_twins(const Subgraph& from, const Subgraph& to) {
  std::vector<Twin> twins;
  size_t next = 0;
  for (size_t i = 0; i < from.operators.size(); ++i) {
    const Operator& op = from.operators[i];
    if (op.outputs.empty() || !is_float_tensor(from, op.outputs[0])) continue;
    const std::string& name = from.tensors[op.outputs[0]].name;
    const auto found = std::find_if(to.operators.begin() + next, to.operators.end(), [&](const auto& other) {
      return other.code == op.code && !other.outputs.empty() && other.outputs[0] != kNoTensor &&
             to.tensors[other.outputs[0]].name.rfind(name, 0) == 0;
    });
    if (found == to.operators.end()) continue;
    next = found - to.operators.begin() + 1;
    twins.push_back({static_cast<int>(i), static_cast<int>(next) - 1});
  }
  return twins;
}

bool is_stateless(const Subgraph& subgraph, const Operator& op) {
  const OpDef* def = quant_def(op);
  return def != nullptr && !def->stateful &&
         std::none_of(op.inputs.begin(), op.inputs.end(),
                      [&](TensorId id) { return id != kNoTensor && subgraph.tensors[id].is_variable; });
}

}  // namespace litewright
