// Which scale and zero point every activation gets. TensorFlow's scheme: 1. Every calibrated tensor has its
// own range. 2. Operators that need one scale for all their operands: with a single operand the result takes
// the operand's; with several the operands take the result's.
// 3. What still differs is requantized in front of the operator.
#include <algorithm>
#include <deque>

#include "quant/parameters.h"
#include "quant/plan.h"

namespace litewright {
namespace {

class ActivationPlanner {
 public:
  ActivationPlanner(const Subgraph& subgraph, const std::vector<bool>& integer, const Ranges& ranges,
                    QuantMode mode)
      : subgraph_(subgraph), integer_(integer), ranges_(ranges), mode_(mode) {
    const size_t count = subgraph.tensors.size();
    calibrated_.assign(count, false);
    producer_.assign(count, -1);
    consumers_.resize(count);
    forms_.resize(count);
    for (size_t i = 0; i < subgraph.operators.size(); ++i) {
      for (TensorId id : subgraph.operators[i].outputs) {
        if (id != kNoTensor) producer_[id] = static_cast<int>(i);
      }
      for (TensorId id : subgraph.operators[i].inputs) {
        if (id != kNoTensor) consumers_[id].push_back(static_cast<int>(i));
      }
    }
  }

  std::vector<Form> plan(std::vector<OperatorPlan>& operators) {
    for (size_t id = 0; id < forms_.size(); ++id)
      calibrated_[id] = ranges_[id].seen() && !subgraph_.tensors[id].is_constant;
    fix_outputs();
    inherit_from_operand();
    take_from_result();
    for (size_t id = 0; id < forms_.size(); ++id) {
      if (calibrated_[id]) set(static_cast<TensorId>(id), activation_form(mode_, ranges_[id]));
    }
    fixed_ = known_;
    spread();
    fill_operators(operators);
    return forms_;
  }

 private:
  const QuantRule& rule(int op) const { return quant_def(subgraph_.operators[op])->quant; }
  bool same_scale(int op) const {
    return op >= 0 && integer_[op] && rule(op).output == QuantRule::kSameAsInput;
  }
  bool is_float(TensorId id) const { return is_float_tensor(subgraph_, id); }
  // Shapes, axes and indexes do not count.
  bool single_operand(int op) const {
    const std::vector<TensorId>& ids = subgraph_.operators[op].inputs;
    return std::count_if(ids.begin(), ids.end(), [&](TensorId id) { return is_float(id); }) == 1;
  }
  bool known(TensorId id) const { return forms_[id].dtype != DType::kFloat32; }
  void set(TensorId id, Form form) {
    forms_[id] = std::move(form);
    known_.resize(forms_.size());
    known_[id] = true;
  }

  // Results whose scale the operator fixes need no range.
  void fix_outputs() {
    known_.assign(forms_.size(), false);
    for (size_t i = 0; i < integer_.size(); ++i) {
      if (!integer_[i] || rule(i).output != QuantRule::kFixed) continue;
      const QuantRule& r = rule(static_cast<int>(i));
      for (TensorId id : subgraph_.operators[i].outputs) {
        calibrated_[id] = false;
        set(id, mode_ == QuantMode::kInt16x8 ? fixed_form(r.fixed_scale16, 0, DType::kInt16)
                                             : fixed_form(r.fixed_scale8, r.fixed_zero8, DType::kInt8));
      }
    }
  }

  void inherit_from_operand() {
    std::deque<TensorId> work;
    for (size_t id = 0; id < forms_.size(); ++id) {
      if (calibrated_[id] || known_[id]) work.push_back(static_cast<TensorId>(id));
    }
    while (!work.empty()) {
      const TensorId id = work.front();
      work.pop_front();
      for (int user : consumers_[id]) {
        if (!same_scale(user) || !single_operand(user)) continue;
        for (TensorId result : subgraph_.operators[user].outputs) {
          if (!calibrated_[result]) continue;
          calibrated_[result] = false;
          work.push_back(result);
        }
      }
    }
  }

  static bool covers(Range outer, Range inner) { return outer.min <= inner.min && outer.max >= inner.max; }

  // With 16 bits TensorFlow lets every operand keep its range.
  void take_from_result() {
    if (mode_ == QuantMode::kInt16x8) return;
    std::deque<TensorId> work;
    for (size_t id = 0; id < forms_.size(); ++id) {
      if (calibrated_[id]) work.push_back(static_cast<TensorId>(id));
    }
    while (!work.empty()) {
      const TensorId id = work.front();
      work.pop_front();
      if (!same_scale(producer_[id])) continue;
      for (TensorId source : subgraph_.operators[producer_[id]].inputs) {
        if (source == kNoTensor || !calibrated_[source]) continue;
        // What other operators read keeps its range where this operator passes on less, as MINIMUM does.
        if (consumers_[source].size() > 1 && !covers(ranges_[id], ranges_[source])) continue;
        calibrated_[source] = false;
        work.push_back(source);
      }
    }
  }

  // The form that a same-scale operator computes in: from what is fixed among its operands and results, else
  // from what is known.
  const Form* common_form(int index) const {
    const Operator& op = subgraph_.operators[index];
    std::vector<TensorId> fixed_inputs, fixed_outputs, others;
    const auto sort = [&](const std::vector<TensorId>& ids, std::vector<TensorId>& fixed) {
      for (TensorId id : ids) {
        if (!is_float(id) || subgraph_.tensors[id].is_constant || !known(id)) continue;
        (fixed_[id] ? fixed : others).push_back(id);
      }
    };
    sort(op.inputs, fixed_inputs);
    sort(op.outputs, fixed_outputs);
    if (single_operand(index) && fixed_inputs.size() == 1) return &forms_[fixed_inputs[0]];
    if (op.outputs.size() == 1 && fixed_outputs.size() == 1) return &forms_[fixed_outputs[0]];
    if (!fixed_outputs.empty()) return &forms_[fixed_outputs[0]];
    if (!fixed_inputs.empty()) return &forms_[fixed_inputs[0]];
    return others.empty() ? nullptr : &forms_[others[0]];
  }

  void spread() {
    std::deque<int> work;
    for (size_t i = 0; i < integer_.size(); ++i) work.push_back(static_cast<int>(i));
    size_t steps = 0;
    const size_t most = 16 * (integer_.size() + 1);
    while (!work.empty() && steps++ < most) {
      const int index = work.front();
      work.pop_front();
      if (!same_scale(index)) continue;
      const Form* common = common_form(index);
      if (common == nullptr) continue;
      const Form form = *common;
      const auto visit = [&](const std::vector<TensorId>& ids) {
        for (TensorId id : ids) {
          if (!is_float(id) || subgraph_.tensors[id].is_constant || known(id)) continue;
          set(id, form);
          if (producer_[id] >= 0) work.push_back(producer_[id]);
          for (int user : consumers_[id]) work.push_back(user);
        }
      };
      visit(subgraph_.operators[index].inputs);
      visit(subgraph_.operators[index].outputs);
    }
  }

  void fill_operators(std::vector<OperatorPlan>& operators) {
    for (size_t i = 0; i < integer_.size(); ++i) {
      if (!integer_[i]) continue;
      const Operator& op = subgraph_.operators[i];
      const Form* common = same_scale(static_cast<int>(i)) ? common_form(static_cast<int>(i)) : nullptr;
      for (size_t k = 0; k < op.inputs.size(); ++k) {
        const TensorId id = op.inputs[k];
        if (!is_float(id)) continue;
        if (common != nullptr) {
          operators[i].inputs[k] = *common;
        } else {
          operators[i].inputs[k] =
              subgraph_.tensors[id].is_constant ? constant_form(mode_, subgraph_.tensors[id]) : forms_[id];
        }
      }
      for (size_t k = 0; k < op.outputs.size(); ++k) {
        if (!is_float(op.outputs[k]) || rule(static_cast<int>(i)).output == QuantRule::kNotQuantized)
          continue;
        operators[i].outputs[k] = common != nullptr ? *common : forms_[op.outputs[k]];
      }
    }
  }

  const Subgraph& subgraph_;
  const std::vector<bool>& integer_;
  const Ranges& ranges_;
  QuantMode mode_;
  std::vector<bool> calibrated_;  // by tensor: uses its own range
  std::vector<bool> known_;
  std::vector<bool> fixed_;  // by tensor: its form is not up to its neighbours
  std::vector<int> producer_;
  std::vector<std::vector<int>> consumers_;
  std::vector<Form> forms_;
};

}  // namespace

std::vector<Form> plan_activations(const Subgraph& subgraph, const std::vector<bool>& integer,
                                   const Ranges& ranges, QuantMode mode,
                                   std::vector<OperatorPlan>& operators) {
  return ActivationPlanner(subgraph, integer, ranges, mode).plan(operators);
}

}  // namespace litewright
