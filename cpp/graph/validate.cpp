#include "graph/validate.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

#include "core/error.h"
#include "ops/op_def.h"
#include "ops/option_structs.h"

namespace litewright {
namespace {

constexpr ErrorCode kBad = ErrorCode::kInvalidModel;

std::string describe(const Tensor& tensor, TensorId id) {
  return concat("tensor ", id, " '", tensor.name, "'");
}

// Zero points are values of the type; where that has more than 32 bits, or is not an integer, they are int32.
std::pair<int64_t, int64_t> zero_point_range(DType dtype) {
  const int bits = dtype_bits(dtype);
  if (!is_integer(dtype) || bits >= 32) return {INT32_MIN, INT32_MAX};
  const bool is_unsigned = dtype == DType::kUInt8 || dtype == DType::kUInt16 || dtype == DType::kUInt4;
  return is_unsigned
             ? std::pair<int64_t, int64_t>{0, (int64_t{1} << bits) - 1}
             : std::pair<int64_t, int64_t>{-(int64_t{1} << (bits - 1)), (int64_t{1} << (bits - 1)) - 1};
}

void check_quantization(const Tensor& tensor, TensorId id) {
  const Quantization& q = tensor.quantization;
  if (!q.zero_point.empty() && q.zero_point.size() != q.scale.size() && q.zero_point.size() != 1) {
    fail(kBad, describe(tensor, id), " has ", q.scale.size(), " scales and ", q.zero_point.size(),
         " zero points");
  }
  const auto [low, high] = zero_point_range(tensor.dtype);
  for (int64_t zero : q.zero_point) {
    if (zero >= low && zero <= high) continue;
    fail(kBad, describe(tensor, id), " of ", dtype_name(tensor.dtype), " has the zero point ", zero);
  }
  for (float scale : q.scale) {
    const float least = tensor.is_constant ? 0 : std::numeric_limits<float>::min();
    if (scale >= least && scale <= std::numeric_limits<float>::max()) continue;
    fail(kBad, describe(tensor, id), " has the scale ", scale);
  }
  if (!q.per_channel()) return;
  if (q.axis < 0 || q.axis >= static_cast<int>(tensor.shape.size())) {
    fail(kBad, describe(tensor, id), " is quantized along dimension ", q.axis, " and has the shape ",
         to_string(tensor.shape));
  }
  if (tensor.shape[q.axis] >= 0 && static_cast<size_t>(tensor.shape[q.axis]) != q.scale.size()) {
    fail(kBad, describe(tensor, id), " of shape ", to_string(tensor.shape), " has ", q.scale.size(),
         " scales along dimension ", q.axis);
  }
}

void check_tensor(const Tensor& tensor, TensorId id) {
  if (static_cast<int>(tensor.dtype) < 0 || static_cast<int>(tensor.dtype) >= kDTypeCount) {
    fail(kBad, describe(tensor, id), " has the unknown element type ", static_cast<int>(tensor.dtype));
  }
  for (int32_t dim : tensor.shape) {
    if (dim < -1) fail(kBad, describe(tensor, id), " has the shape ", to_string(tensor.shape));
  }
  check_quantization(tensor, id);
  if (!tensor.is_constant) return;
  const auto elements = checked_elements(tensor.shape);
  int64_t bits = 0;
  if (!elements || __builtin_mul_overflow(*elements, static_cast<int64_t>(dtype_bits(tensor.dtype)), &bits)) {
    fail(kBad, describe(tensor, id), " is a constant of shape ", to_string(tensor.shape));
  }
  if (dtype_bits(tensor.dtype) == 0 || tensor.sparsity.present()) return;
  if (static_cast<int64_t>(tensor.data.size()) != bits / 8 + (bits % 8 != 0)) {
    fail(kBad, describe(tensor, id), " ", dtype_name(tensor.dtype), to_string(tensor.shape), " should have ",
         bits / 8 + (bits % 8 != 0), " bytes and has ", tensor.data.size());
  }
}

void check_operands(const Operator& op, const std::vector<OperandDef>& defs, const std::vector<TensorId>& ids,
                    const char* kind) {
  size_t least = 0;
  bool variadic = false;
  for (size_t i = 0; i < defs.size(); ++i) {
    if (defs[i].presence == OperandDef::kRequired) least = i + 1;
    variadic = variadic || defs[i].presence == OperandDef::kVariadic;
  }
  if (ids.size() < least || (ids.size() > defs.size() && !variadic)) {
    fail(kBad, op.display_name(), " has ", ids.size(), " ", kind, "s and should have ", least,
         variadic ? " or more" : "", !variadic && defs.size() > least ? concat(" to ", defs.size()) : "");
  }
  for (size_t i = 0; i < ids.size() && i < defs.size(); ++i) {
    if (ids[i] == kNoTensor && defs[i].presence == OperandDef::kRequired)
      fail(kBad, op.display_name(), " lacks its ", kind, " '", defs[i].name, "'");
  }
}

void check_ids(const std::vector<TensorId>& ids, const Subgraph& subgraph, const char* what, bool optional) {
  for (TensorId id : ids) {
    if ((id == kNoTensor && optional) || (id >= 0 && static_cast<size_t>(id) < subgraph.tensors.size()))
      continue;
    fail(kBad, what, " refers to tensor ", id, " of ", subgraph.tensors.size());
  }
}

void check_operators(const Graph& graph, const Subgraph& subgraph) {
  std::vector<bool> written(subgraph.tensors.size(), false);
  std::vector<bool> produced = written;
  for (size_t i = 0; i < subgraph.tensors.size(); ++i) {
    const Tensor& tensor = subgraph.tensors[i];
    written[i] = tensor.is_constant || tensor.is_variable;
  }
  std::vector<bool> given(subgraph.tensors.size(), false), made = given;
  for (TensorId id : subgraph.inputs) written[id] = given[id] = true;
  for (const Operator& op : subgraph.operators) {
    for (TensorId id : op.outputs) {
      if (id >= 0 && static_cast<size_t>(id) < made.size()) made[id] = true;
    }
  }
  const auto has_value = [&](TensorId id) {  // a tensor without elements needs nobody to write it
    return written[id] || (!made[id] && checked_elements(subgraph.tensors[id].shape) == 0);
  };
  for (size_t i = 0; i < subgraph.operators.size(); ++i) {
    const Operator& op = subgraph.operators[i];
    with_context(
        [&] { return concat("operator ", i, " (", op.display_name(), ")"); },
        [&] {
          check_ids(op.inputs, subgraph, "an input", true);
          check_ids(op.outputs, subgraph, "an output", true);
          check_ids(op.intermediates, subgraph, "an intermediate", true);
          const OpDef* def = op.code == BuiltinOp::kCustom ? nullptr : find_op(op.code);
          if (def != nullptr) {
            check_operands(op, def->inputs, op.inputs, "input");
            check_operands(op, def->outputs, op.outputs, "output");
            if (op.options.has_value() && op.options.schema() != def->options) {
              fail(kBad, "its options are ", op.options.schema()->name,
                   def->options == nullptr ? "; it has none"
                                           : concat("; they should be ", def->options->name));
            }
          }
          for (TensorId id : op.inputs) {
            if (id == kNoTensor || has_value(id)) continue;
            fail(kBad, "it reads ", describe(subgraph.tensors[id], id), ", which nothing before it writes");
          }
          for (TensorId id : op.outputs) {
            if (id == kNoTensor) continue;
            if (subgraph.tensors[id].is_constant)
              fail(kBad, "it writes ", describe(subgraph.tensors[id], id), ", a constant");
            if (given[id])
              fail(kBad, "it writes ", describe(subgraph.tensors[id], id), ", an input of the subgraph");
            if (std::find(op.inputs.begin(), op.inputs.end(), id) != op.inputs.end())
              fail(kBad, "it writes ", describe(subgraph.tensors[id], id), ", which it reads, too");
            if (produced[id])
              fail(kBad, "it writes ", describe(subgraph.tensors[id], id),
                   ", which another operator writes too");
            written[id] = produced[id] = true;
          }
          for (int32_t called : called_subgraphs(op)) {
            if (called < 0 || static_cast<size_t>(called) >= graph.subgraphs.size())
              fail(kBad, "it calls subgraph ", called, " of ", graph.subgraphs.size());
          }
        });
  }
  for (TensorId id : subgraph.outputs) {
    if (!has_value(id)) fail(kBad, "nothing writes the output ", describe(subgraph.tensors[id], id));
  }
}

// Depth-first: 1 while a subgraph's calls are followed, 2 when they are done.
void check_calls(const Graph& graph) {
  std::vector<int> state(graph.subgraphs.size(), 0);
  struct Frame {
    int32_t subgraph;
    std::vector<int32_t> calls;
  };
  auto calls_of = [&](int32_t index) {
    std::vector<int32_t> calls;
    for (const Operator& op : graph.subgraphs[index].operators) {
      for (int32_t called : called_subgraphs(op)) calls.push_back(called);
    }
    return calls;
  };
  constexpr size_t kDeepest = 64;
  for (int32_t root = 0; root < static_cast<int32_t>(state.size()); ++root) {
    if (state[root] != 0) continue;
    std::vector<Frame> stack = {{root, calls_of(root)}};
    state[root] = 1;
    while (!stack.empty()) {
      if (stack.back().calls.empty()) {
        state[stack.back().subgraph] = 2;
        stack.pop_back();
        continue;
      }
      const int32_t next = stack.back().calls.back();
      stack.back().calls.pop_back();
      if (state[next] == 1) fail(kBad, "subgraph ", next, " calls itself");
      if (state[next] == 2) continue;
      if (stack.size() >= kDeepest) fail(kBad, "subgraphs call each other more than ", kDeepest, " deep");
      state[next] = 1;
      stack.push_back({next, calls_of(next)});
    }
  }
}

}  // namespace

std::vector<int32_t> called_subgraphs(const Operator& op) {
  switch (op.code) {
    case BuiltinOp::kIf: {
      const IfOptions& options = op.options.get<IfOptions>();
      return {options.then_subgraph_index, options.else_subgraph_index};
    }
    case BuiltinOp::kWhile: {
      const WhileOptions& options = op.options.get<WhileOptions>();
      return {options.cond_subgraph_index, options.body_subgraph_index};
    }
    case BuiltinOp::kCallOnce:
      return {op.options.get<CallOnceOptions>().init_subgraph_index};
    case BuiltinOp::kStablehloCase:
      return op.options.get<StablehloCaseOptions>().branch_subgraph_indices;
    case BuiltinOp::kStablehloComposite:
      return {op.options.get<StableHLOCompositeOptions>().decomposition_subgraph_index};
    default:
      return {};
  }
}

void validate(const Graph& graph) {
  if (graph.subgraphs.empty()) fail(kBad, "No subgraph in the model.");
  for (const Subgraph& subgraph : graph.subgraphs) {
    with_context([&] { return concat("subgraph '", subgraph.name, "'"); },
                 [&] {
                   for (size_t i = 0; i < subgraph.tensors.size(); ++i)
                     check_tensor(subgraph.tensors[i], static_cast<TensorId>(i));
                   check_ids(subgraph.inputs, subgraph, "the input list", false);
                   check_ids(subgraph.outputs, subgraph, "the output list", false);
                   check_operators(graph, subgraph);
                 });
  }
  for (const Signature& signature : graph.signatures) {
    with_context(
        [&] { return concat("signature '", signature.key, "'"); },
        [&] {
          if (signature.subgraph < 0 || static_cast<size_t>(signature.subgraph) >= graph.subgraphs.size())
            fail(kBad, "it refers to subgraph ", signature.subgraph);
          const Subgraph& subgraph = graph.subgraphs[signature.subgraph];
          for (const auto& [name, id] : signature.inputs) check_ids({id}, subgraph, name.c_str(), false);
          for (const auto& [name, id] : signature.outputs) check_ids({id}, subgraph, name.c_str(), false);
        });
  }
  check_calls(graph);
}

}  // namespace litewright
