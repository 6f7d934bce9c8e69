// Operators that TFLite has no builtin for, kept for the application to run.
#include "importers/tf/foreign.h"

#include <algorithm>
#include <functional>

#include "core/error.h"
#include "importers/proto/tensorflow.pb.h"
#include "importers/tf/types.h"
#include "importers/tf/variables.h"
#include "ops/flex_options.h"

namespace litewright::tf {
namespace {

using Attributes = std::vector<std::pair<std::string, const proto::AttrValue*>>;

// Sorted; those that begin with "_" are notes of TensorFlow's tools.
Attributes attributes(const proto::NodeDef& node) {
  Attributes result;
  for (const auto& [name, value] : node.attr()) {
    if (name.empty() || name[0] == '_') continue;
    result.emplace_back(name, &value);
  }
  std::sort(result.begin(), result.end());
  return result;
}

void write_list(flexbuffers::Builder& out, const char* key, const proto::AttrValue::ListValue& list) {
  if (list.s_size() == 0 && list.i_size() == 0 && list.f_size() == 0 && list.b_size() == 0) return;
  const size_t start = out.StartVector(key);
  for (const std::string& value : list.s()) out.String(value);
  for (const int64_t value : list.i()) out.Int(value);
  for (const float value : list.f()) out.Float(value);
  for (const bool value : list.b()) out.Bool(value);
  out.EndVector(start, true, false);
}

// A map of the attributes: numbers, text and lists of them; types as the format numbers them.
Bytes custom_options(const proto::NodeDef& node) {
  flexbuffers::Builder out;
  const size_t start = out.StartMap();
  for (const auto& [name, value] : attributes(node)) {
    const char* key = name.c_str();
    switch (value->value_case()) {
      case proto::AttrValue::kS:
        out.String(key, value->s());
        break;
      case proto::AttrValue::kI:
        out.Int(key, value->i());
        break;
      case proto::AttrValue::kF:
        out.Float(key, value->f());
        break;
      case proto::AttrValue::kB:
        out.Bool(key, value->b());
        break;
      case proto::AttrValue::kType:
        if (const std::optional<DType> dtype = dtype_of_number(value->type()))
          out.Int(key, static_cast<int64_t>(*dtype));
        break;
      case proto::AttrValue::kList:
        write_list(out, key, value->list());
        break;
      default:
        break;
    }
  }
  out.EndMap(start);
  out.Finish();
  return Bytes::own(out.GetBuffer());
}

// The operator's name and its node, the form that TensorFlow's delegate reads.
Bytes flex_node_options(const proto::NodeDef& node, int operands) {
  proto::NodeDef stored;
  stored.set_op(node.op());
  for (int i = 0; i < operands; ++i) stored.add_input("");
  for (const auto& [name, value] : attributes(node)) (*stored.mutable_attr())[name] = *value;
  stored.mutable_experimental_debug_info()->add_original_node_names(node.name());
  const std::string text = stored.SerializeAsString();
  flexbuffers::Builder out;
  out.Vector([&] {
    out.String(node.op());
    out.String(text);
  });
  out.Finish();
  return Bytes::own(out.GetBuffer());
}

}  // namespace

bool may_stay_foreign(const ForeignOps& choice, const std::string& op) {
  // These steer the graph, or are how TensorFlow names what comes from outside.
  static constexpr const char* kNever[] = {"Placeholder",
                                           "If",
                                           "StatelessIf",
                                           "While",
                                           "StatelessWhile",
                                           "Switch",
                                           "Merge",
                                           "Enter",
                                           "Exit",
                                           "NextIteration",
                                           "LoopCond",
                                           "PartitionedCall",
                                           "StatefulPartitionedCall"};
  if (!choice.custom && !choice.flex) return false;
  return std::none_of(std::begin(kNever), std::end(kNever), [&](const char* name) { return op == name; });
}

namespace {

Values kept(Node& node, const std::string& code, Bytes options, const std::vector<Result>& results) {
  Operator op;
  op.code = BuiltinOp::kCustom;
  op.custom_code = code;
  op.custom_options = std::move(options);
  for (int i = 0; i < node.count(); ++i) op.inputs.push_back(node.operand(i));
  std::vector<Tensor> tensors;
  for (const Result& result : results) {
    Tensor tensor;
    tensor.name = concat(node.builder().layer(), tensors.empty() ? "" : concat(":", tensors.size()));
    tensor.dtype = result.dtype;
    tensor.has_rank = result.shape.has_value();
    tensor.shape = result.shape.value_or(Shape());
    tensors.push_back(std::move(tensor));
  }
  const std::vector<TensorId> ids = node.builder().add_declared(std::move(op), tensors);
  return {ids.begin(), ids.end()};
}

}  // namespace

Values custom_operator(Node& node, const std::vector<Result>& results) {
  return kept(node, node.kind(), custom_options(node.def()), results);
}

Values lower_foreign(Node& node) {
  const std::vector<Result> results = node.variables().outputs().results(node.def());
  if (!node.variables().foreign().flex) return custom_operator(node, results);
  return kept(node, "Flex" + node.kind(), flex_node_options(node.def(), node.count()), results);
}

}  // namespace litewright::tf
