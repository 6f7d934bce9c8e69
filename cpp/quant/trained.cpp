#include "quant/trained.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "passes/rewrite.h"
#include "quant/plan.h"

namespace litewright {
namespace {

// The range moved so that 0 is one of its 256 steps.
Range nudged(const FakeQuantOptions& options) {
  const double low = options.min, scale = (static_cast<double>(options.max) - low) / 255;
  const double zero = std::clamp(std::round(-low / scale), 0.0, 255.0);
  return {static_cast<float>(-zero * scale), static_cast<float>((255 - zero) * scale)};
}

// Operators of 8 bits but those in `kept` (by result), from the last to the first: of several ranges in a row
// the first one holds.
Ranges take_out_operators(Subgraph& subgraph, const std::set<TensorId>& kept) {
  Ranges ranges(subgraph.tensors.size());
  for (int i = static_cast<int>(subgraph.operators.size()) - 1; i >= 0; --i) {
    const Operator op = subgraph.operators[i];
    if (op.code != BuiltinOp::kFakeQuant || kept.count(op.outputs[0]) > 0) continue;
    const auto& options = op.options.get<FakeQuantOptions>();
    if (options.num_bits != 8 || options.narrow_range) continue;
    const TensorId source = op.inputs[0], result = op.outputs[0];
    const Range range = nudged(options);
    if (!bypass_operator(subgraph, i, source)) continue;
    ranges[source] = ranges[result] = range;  // one of them is left
  }
  return ranges;
}

class RangeSpreader {
 public:
  RangeSpreader(const Subgraph& subgraph, Ranges& ranges) : subgraph_(subgraph), ranges_(ranges) {}

  void spread() {
    for (const Operator& op : subgraph_.operators) fix_result(op);
    for (bool changed = true; changed;) {
      changed = false;
      for (const Operator& op : subgraph_.operators) changed = spread_over(op) || changed;
    }
  }

 private:
  bool is_activation(TensorId id) const {
    return is_float_tensor(subgraph_, id) && !subgraph_.tensors[id].is_constant;
  }

  void fix_result(const Operator& op) {
    const OpDef* def = quant_def(op);
    if (def == nullptr || def->quant.output != QuantRule::kFixed) return;
    const auto zero = static_cast<float>(def->quant.fixed_zero8);
    const Range range = {(-128 - zero) * def->quant.fixed_scale8, (127 - zero) * def->quant.fixed_scale8};
    for (TensorId id : op.outputs) ranges_[id] = range;
  }

  bool spread_over(const Operator& op) {
    const OpDef* def = quant_def(op);
    if (def == nullptr || def->quant.output != QuantRule::kSameAsInput) return false;
    std::vector<TensorId> ids = op.outputs;
    ids.insert(ids.end(), op.inputs.begin(), op.inputs.end());
    std::erase_if(ids, [&](TensorId id) { return !is_activation(id); });
    const auto seen = [&](TensorId id) { return ranges_[id].seen(); };
    const auto known = std::find_if(ids.begin(), ids.end(), seen);
    if (known == ids.end() || std::all_of(ids.begin(), ids.end(), seen)) return false;
    const Range range = ranges_[*known];
    for (TensorId id : ids) {
      if (!seen(id)) ranges_[id] = range;
    }
    return true;
  }

  const Subgraph& subgraph_;
  Ranges& ranges_;
};

Ranges take_ranges(Subgraph& main, const GivenRanges& given, const std::set<TensorId>& kept) {
  Ranges ranges = take_out_operators(main, kept);
  for (size_t k = 0; k < std::min(main.inputs.size(), given.inputs.size()); ++k) {
    Range& range = ranges[main.inputs[k]];
    if (!range.seen()) range = given.inputs[k];
  }
  RangeSpreader(main, ranges).spread();
  for (size_t id = 0; id < ranges.size() && given.others.seen(); ++id) {
    if (is_float_tensor(main, static_cast<TensorId>(id)) && !ranges[id].seen()) ranges[id] = given.others;
  }
  return ranges;
}

// The results of FAKE_QUANT operators between operators that stay float because other operands have no range:
// they go on acting. `stripped` is the subgraph without all of them.
std::set<TensorId> still_acting(const Subgraph& subgraph, const Subgraph& stripped, const Ranges& ranges) {
  const auto unranged = [&](TensorId id) {
    return is_float_tensor(stripped, id) && !stripped.tensors[id].is_constant && !ranges[id].seen();
  };
  std::set<TensorId> near_integers(stripped.inputs.begin(), stripped.inputs.end());  // integers may come in
  for (const Operator& op : stripped.operators) {
    if (std::any_of(op.inputs.begin(), op.inputs.end(), unranged) ||
        std::any_of(op.outputs.begin(), op.outputs.end(), unranged))
      continue;
    near_integers.insert(op.inputs.begin(), op.inputs.end());
    near_integers.insert(op.outputs.begin(), op.outputs.end());
  }
  std::set<TensorId> kept;
  for (const Operator& op : subgraph.operators) {
    if (op.code != BuiltinOp::kFakeQuant) continue;
    if (near_integers.count(op.inputs[0]) == 0 && near_integers.count(op.outputs[0]) == 0)
      kept.insert(op.outputs[0]);
  }
  return kept;
}

}  // namespace

Ranges take_trained_ranges(Graph& graph, const GivenRanges& given) {
  Subgraph stripped = graph.main();
  const Ranges ranges = take_ranges(stripped, given, {});
  return take_ranges(graph.main(), given, still_acting(graph.main(), stripped, ranges));
}

std::optional<Form> trained_weight_form(const Tensor& weights, int axis) {
  const std::vector<float>&low = weights.quantization.min, &high = weights.quantization.max;
  const size_t channels = axis < 0 ? 1 : weights.shape[axis];
  if (low.empty() || low.size() != high.size() || (low.size() != 1 && low.size() != channels))
    return std::nullopt;
  Form form{DType::kInt8, {.axis = std::max(axis, 0)}};
  if (low.size() == 1) form.quantization.axis = 0;
  for (size_t c = 0; c < low.size(); ++c) {
    // -127 steps to 127, or -128 to 127; other ranges are made symmetric.
    const float scale = high[c] / 127;
    const bool symmetric = -low[c] < high[c] + 1.5f * scale && -low[c] > high[c] - 0.5f * scale;
    form.quantization.scale.push_back(symmetric ? scale : std::max(-low[c], high[c]) / 127);
    form.quantization.zero_point.push_back(0);
  }
  return form;
}

void forget_trained_weights(Graph& graph) {
  for (Subgraph& subgraph : graph.subgraphs) {
    for (Tensor& tensor : subgraph.tensors) {
      if (tensor.dtype != DType::kFloat32 || tensor.quantization.quantized()) continue;
      tensor.quantization.min.clear();
      tensor.quantization.max.clear();
    }
  }
}

void shift_to_uint8(Graph& graph) {
  for (Tensor& tensor : graph.main().tensors) {
    if (tensor.dtype != DType::kInt8 || !tensor.quantization.quantized()) continue;
    tensor.dtype = DType::kUInt8;
    for (int64_t& zero : tensor.quantization.zero_point) zero += 128;
    if (!tensor.is_constant) continue;
    std::vector<uint8_t> values(tensor.data.data(), tensor.data.data() + tensor.data.size());
    for (uint8_t& value : values) value ^= 0x80;
    tensor.data = Bytes::copy(values);
  }
}

}  // namespace litewright
