// The parts of planning.
#pragma once

#include "ops/op_def.h"
#include "quant/quantize.h"

namespace litewright {

const OpDef* quant_def(const Operator& op);  // nullptr for custom operators
bool is_float_tensor(const Subgraph& subgraph, TensorId id);

// Dynamic range, float16 and int4: only constants change.
void plan_weights(const Graph& graph, QuantizationPlan& plan);
// int8 and int16x8.
void plan_integer(const Graph& graph, const Ranges& ranges, QuantizationPlan& plan);

// Whether `op` can be computed in integers under these options; if not, `reason` says why.
bool has_integer_form(const Subgraph& subgraph, const Operator& op, const QuantizerOptions& options,
                      std::string* reason);
// The scales of every activation tensor of integer operators (empty Form: none): what the ranges say, shared
// where operators require it, fixed where they fix it. The index is the tensor.
std::vector<Form> plan_activations(const Subgraph& subgraph, const std::vector<bool>& integer,
                                   const Ranges& ranges, QuantMode mode,
                                   std::vector<OperatorPlan>& operators);
// The integer LSTM's operands.
bool lstm_has_integer_form(const Subgraph& subgraph, const Operator& op);
void plan_lstm(const Subgraph& subgraph, const Operator& op, const Ranges& ranges, OperatorPlan& plan);

}  // namespace litewright
