// A plan carried out: a new main subgraph in which every operand has the planned form, with QUANTIZE and
// DEQUANTIZE between.
#include <algorithm>
#include <utility>

#include "core/error.h"
#include "ops/option_structs.h"
#include "passes/rewrite.h"
#include "quant/parameters.h"
#include "quant/plan.h"

namespace litewright {
namespace {

class Applier {
 public:
  Applier(const Subgraph& from, const QuantizationPlan& plan)
      : from_(from), plan_(plan), versions_(from.tensors.size()) {
    to_.name = from.name;
  }

  Subgraph run() {
    for (size_t k = 0; k < from_.inputs.size(); ++k) add_input(from_.inputs[k], plan_.inputs[k]);
    for (size_t i = 0; i < from_.operators.size(); ++i) add_operator(from_.operators[i], plan_.operators[i]);
    for (size_t k = 0; k < from_.outputs.size(); ++k) {
      Form form = plan_.outputs[k];
      if (form.dtype == DType::kUInt8) {  // through the int8 tensor, as the kernels compute
        Form inner = form;
        inner.dtype = DType::kInt8;
        inner.quantization.zero_point[0] -= 128;
        in_form(from_.outputs[k], inner);
      }
      to_.outputs.push_back(in_form(from_.outputs[k], form));
    }
    to_.operators.insert(to_.operators.begin(), front_.begin(), front_.end());
    return std::move(to_);
  }

 private:
  struct Version {
    Form form;
    TensorId id;
  };

  TensorId new_tensor(TensorId id, const Form& form, const std::string& suffix) {
    Tensor tensor = from_.tensors[id];
    tensor.name += suffix;
    if (form.dtype != DType::kFloat32) {
      tensor.dtype = form.dtype;
      tensor.quantization = form.quantization;
      if (tensor.is_constant) tensor.data = convert_constant(from_.tensors[id], form);
    }
    to_.tensors.push_back(std::move(tensor));
    return static_cast<TensorId>(to_.tensors.size()) - 1;
  }

  static std::string suffix(const Form& form) {
    return form.dtype == DType::kFloat32 ? "" : std::string("_") + dtype_name(form.dtype);
  }
  bool is_border(TensorId id) const {
    const auto in = [&](const std::vector<TensorId>& ids) {
      return std::find(ids.begin(), ids.end(), id) != ids.end();
    };
    return in(from_.inputs) || in(from_.outputs);
  }

  void add_input(TensorId id, const Form& form) {
    const TensorId added = new_tensor(id, form, "");
    to_.inputs.push_back(added);
    versions_[id].push_back({form, added});
  }

  TensorId convert(BuiltinOp code, TensorId source, TensorId result, std::vector<Operator>& operators) {
    Operator op;
    op.code = code;
    op.inputs = {source};
    op.outputs = {result};
    operators.push_back(std::move(op));
    return result;
  }

  TensorId constant_in_form(TensorId id, const Form& form) {
    const Form& stored = plan_.stored[id];
    if (form.dtype != DType::kFloat32 || stored.dtype == DType::kFloat32) return new_tensor(id, form, "");
    const TensorId compressed = new_tensor(id, stored, "");
    Tensor restored = from_.tensors[id];
    restored.name += "_dequantize";
    restored.is_constant = false;
    restored.data = Bytes();
    to_.tensors.push_back(std::move(restored));
    return convert(BuiltinOp::kDequantize, compressed, static_cast<TensorId>(to_.tensors.size()) - 1, front_);
  }

  // The tensor `id` as `form` asks, made on demand. A non-float tensor has one version only.
  TensorId in_form(TensorId id, const Form& wanted) {
    const Form form = from_.tensors[id].dtype == DType::kFloat32 ? wanted : Form();
    std::vector<Version>& versions = versions_[id];
    for (const Version& version : versions) {
      if (version.form == form) return version.id;
    }
    TensorId made = kNoTensor;
    const Tensor& tensor = from_.tensors[id];
    if (tensor.is_constant) {
      made = constant_in_form(id, form);
    } else if (tensor.is_variable || versions.empty()) {
      made = new_tensor(id, form, "");
    } else {
      // From the float version if there is one: it has lost nothing.
      const auto exact = std::find_if(versions.begin(), versions.end(),
                                      [](const Version& v) { return v.form.dtype == DType::kFloat32; });
      const TensorId source =
          form.dtype == DType::kFloat32 || exact == versions.end() ? versions.back().id : exact->id;
      made = new_tensor(id, form, is_border(id) ? suffix(form) : suffix(form) + "_requantized");
      convert(form.dtype == DType::kFloat32 ? BuiltinOp::kDequantize : BuiltinOp::kQuantize, source, made,
              to_.operators);
    }
    versions_[id].push_back({form, made});
    return made;
  }

  void set_options(Operator& op, const OperatorPlan& row) const {
    const OpDef* def = quant_def(op);
    if (def == nullptr || def->options == nullptr) return;
    const auto set = [&](const char* field, OptionValue value) {
      if (def->options->find(field) == nullptr) return;
      if (!op.options.has_value()) op.options = make_options(*def->options);
      set_field(op.options, field, value);
    };
    if (row.asymmetric_inputs) set("asymmetric_quantize_inputs", true);
    if (row.integer && row.int16) {
      set("pot_scale_int16", false);
      if (def->quant.bias >= 0) set("quantized_bias_type", static_cast<int64_t>(plan_.options.bias16_type));
    }
  }

  void add_operator(const Operator& old, const OperatorPlan& row) {
    Operator op = old;
    bool changed = row.asymmetric_inputs || row.integer;
    for (size_t k = 0; k < op.inputs.size(); ++k) {
      if (op.inputs[k] == kNoTensor) continue;
      changed = changed || row.inputs[k].dtype != DType::kFloat32;
      op.inputs[k] = in_form(old.inputs[k], row.inputs[k]);
    }
    for (size_t k = 0; k < op.outputs.size(); ++k) {
      if (op.outputs[k] == kNoTensor) continue;
      const TensorId id = old.outputs[k];
      const bool is_output = std::find(from_.outputs.begin(), from_.outputs.end(), id) != from_.outputs.end();
      const Form form = from_.tensors[id].dtype == DType::kFloat32 ? row.outputs[k] : Form();
      changed = changed || form.dtype != DType::kFloat32;
      op.outputs[k] = new_tensor(id, form, is_output && form != output_form(id) ? suffix(form) : "");
      versions_[id].push_back({form, op.outputs[k]});
    }
    op.intermediates.clear();
    for (size_t k = 0; k < std::max(old.intermediates.size(), row.intermediates.size()); ++k) {
      const Form form = k < row.intermediates.size() ? row.intermediates[k] : Form();
      if (k < old.intermediates.size() && old.intermediates[k] != kNoTensor) {
        op.intermediates.push_back(new_tensor(old.intermediates[k], form, ""));
      } else {
        to_.tensors.push_back({.name = concat("intermediate_", k),
                               .dtype = form.dtype,
                               .shape = {0},
                               .quantization = form.quantization});
        op.intermediates.push_back(static_cast<TensorId>(to_.tensors.size()) - 1);
      }
    }
    if (changed) op.version = 0;
    set_options(op, row);
    to_.operators.push_back(std::move(op));
  }

  const Form& output_form(TensorId id) const {
    return plan_.outputs[std::find(from_.outputs.begin(), from_.outputs.end(), id) - from_.outputs.begin()];
  }

  const Subgraph& from_;
  const QuantizationPlan& plan_;
  Subgraph to_;
  std::vector<std::vector<Version>> versions_;  // by old tensor
  std::vector<Operator> front_;                 // DEQUANTIZEs of constants
};

}  // namespace

Graph apply_plan(const Graph& graph, const QuantizationPlan& plan) {
  Graph result = graph;
  const Subgraph& old = graph.main();
  result.main() = Applier(old, plan).run();
  for (Signature& signature : result.signatures) {
    if (signature.subgraph != 0) continue;
    const auto renumber = [&](auto& entries, const std::vector<TensorId>& from,
                              const std::vector<TensorId>& to) {
      for (auto& entry : entries) {
        const auto found = std::find(from.begin(), from.end(), entry.second);
        if (found == from.end())
          fail(ErrorCode::kInvalidModel, "signature '", signature.key,
               "' names a tensor that is no input or output");
        entry.second = to[found - from.begin()];
      }
    };
    renumber(signature.inputs, old.inputs, result.main().inputs);
    renumber(signature.outputs, old.outputs, result.main().outputs);
  }
  remove_unused(result);
  return result;
}

}  // namespace litewright
