#include "importers/tf/op_outputs.h"

#include <algorithm>

#include "core/error.h"
#include "importers/proto/tensorflow.pb.h"
#include "importers/tf/types.h"

namespace litewright::tf {
namespace {

constexpr int64_t kMostResults = 65536;

const proto::AttrValue* attribute(const proto::NodeDef& node, const std::string& name) {
  const auto found = node.attr().find(name);
  return found == node.attr().end() ? nullptr : &found->second;
}

struct KnownOutput {
  const char* name;
  const char* type_attribute = nullptr;  // nullptr: int32
};

// Operators with several output arguments, in their order, for graphs that come without definitions.
const std::vector<KnownOutput>* known_outputs(const std::string& op) {
  static const std::vector<KnownOutput> kTopK = {{"values", "T"}, {"indices"}};
  static const std::vector<KnownOutput> kNorm = {{"y", "T"}, {"batch_mean", "T"}, {"batch_variance", "T"}};
  static const std::vector<KnownOutput> kUnique = {{"y", "T"}, {"idx", "out_idx"}};
  static const std::vector<KnownOutput> kLoss = {{"loss", "T"}, {"backprop", "T"}};
  static const std::unordered_map<std::string, std::vector<KnownOutput>> kOutputs = {
      {"TopK", kTopK},
      {"TopKV2", kTopK},
      {"ApproxTopK", kTopK},
      {"FusedBatchNorm", kNorm},
      {"FusedBatchNormV2", kNorm},
      {"FusedBatchNormV3", kNorm},
      {"Unique", kUnique},
      {"UniqueV2", kUnique},
      {"UniqueWithCounts", {{"y", "T"}, {"idx", "out_idx"}, {"count", "out_idx"}}},
      {"ListDiff", {{"out", "T"}, {"idx", "out_idx"}}},
      {"Switch", {{"output_false", "T"}, {"output_true", "T"}}},
      {"Merge", {{"output", "T"}, {"value_index"}}},
      {"MaxPoolWithArgmax", {{"output", "T"}, {"argmax", "Targmax"}}},
      {"NonMaxSuppressionV4", {{"selected_indices"}, {"valid_outputs"}}},
      {"NonMaxSuppressionV5", {{"selected_indices"}, {"selected_scores", "T"}, {"valid_outputs"}}},
      {"SoftmaxCrossEntropyWithLogits", kLoss},
      {"SparseSoftmaxCrossEntropyWithLogits", kLoss},
      {"BroadcastGradientArgs", {{"r0", "T"}, {"r1", "T"}}},
      {"TensorListPopBack", {{"output_handle"}, {"tensor", "element_dtype"}}},
      {"TensorListConcatV2", {{"tensor", "element_dtype"}, {"lengths"}}},
  };
  const auto found = kOutputs.find(op);
  return found == kOutputs.end() ? nullptr : &found->second;
}

int64_t count_of(const proto::OpDef::ArgDef& argument, const proto::NodeDef& node) {
  const std::string& listed =
      argument.type_list_attr().empty() ? argument.number_attr() : argument.type_list_attr();
  if (listed.empty()) return 1;
  const proto::AttrValue* found = attribute(node, listed);
  if (found == nullptr) return 0;
  const int64_t count = argument.type_list_attr().empty() ? found->i() : found->list().type_size();
  if (count < 0 || count > kMostResults)
    fail(ErrorCode::kInvalidModel, "the attribute '", listed, "' speaks of ", count, " results");
  return count;
}

int32_t type_of(const proto::OpDef::ArgDef& argument, const proto::NodeDef& node, int index) {
  if (argument.type() != 0) return argument.type();
  const bool list = !argument.type_list_attr().empty();
  const proto::AttrValue* found = attribute(node, list ? argument.type_list_attr() : argument.type_attr());
  if (found == nullptr) return 0;
  return list ? found->list().type(index) : found->type();
}

// The type of an operator's results where only its attributes tell.
int32_t likely_type(const proto::NodeDef& node) {
  for (const char* name : {"out_type", "output_type", "Tout", "DstT", "dtype", "T", "Tparams"}) {
    const proto::AttrValue* found = attribute(node, name);
    if (found != nullptr && found->type() != 0) return found->type();
  }
  return 0;
}

std::optional<Shape> declared_shape(const proto::NodeDef& node, size_t index) {
  const proto::AttrValue* found = attribute(node, "_output_shapes");
  if (found == nullptr || index >= static_cast<size_t>(found->list().shape_size())) return std::nullopt;
  const proto::TensorShape& shape = found->list().shape(static_cast<int>(index));
  if (shape.unknown_rank()) return std::nullopt;
  Shape result;
  for (const auto& dim : shape.dim()) {
    if (dim.size() < -1 || dim.size() > INT32_MAX) return std::nullopt;
    result.push_back(static_cast<int32_t>(dim.size()));
  }
  return result;
}

}  // namespace

OpOutputs::OpOutputs(const proto::OpList& definitions) {
  for (const proto::OpDef& op : definitions.op()) definitions_.emplace(op.name(), &op);
}

size_t OpOutputs::position(const proto::NodeDef& node, const std::string& name) const {
  if (const std::vector<KnownOutput>* known = known_outputs(node.op())) {
    const auto at =
        std::find_if(known->begin(), known->end(), [&](const auto& output) { return name == output.name; });
    return at == known->end() ? 0 : static_cast<size_t>(at - known->begin());
  }
  const auto found = definitions_.find(node.op());
  if (found == definitions_.end()) return 0;
  size_t position = 0;
  for (const auto& argument : found->second->output_arg()) {
    if (argument.name() == name) return position;
    position += static_cast<size_t>(count_of(argument, node));
  }
  return 0;
}

std::vector<Result> OpOutputs::results(const proto::NodeDef& node) const {
  std::vector<int32_t> types;
  const auto found = definitions_.find(node.op());
  if (found != definitions_.end()) {
    for (const auto& argument : found->second->output_arg()) {
      const int64_t count = count_of(argument, node);
      for (int i = 0; i < count; ++i) types.push_back(type_of(argument, node, i));
    }
  } else if (const std::vector<KnownOutput>* known = known_outputs(node.op())) {
    for (const KnownOutput& output : *known) {
      const bool fixed = output.type_attribute == nullptr;
      const proto::AttrValue* type = fixed ? nullptr : attribute(node, output.type_attribute);
      types.push_back(fixed ? kInt32 : type == nullptr ? 0 : type->type());
    }
  } else {
    const proto::AttrValue* shapes = attribute(node, "_output_shapes");
    types.assign(shapes == nullptr ? 1 : static_cast<size_t>(shapes->list().shape_size()), likely_type(node));
  }
  std::vector<Result> results;
  for (size_t i = 0; i < types.size(); ++i) {
    const std::optional<DType> dtype = dtype_of_number(types[i]);
    if (!dtype) {
      fail(ErrorCode::kUnsupported,
           "the type of its result is not known: convert it from a SavedModel, which "
           "says what its operators return");
    }
    results.push_back({*dtype, declared_shape(node, i)});
  }
  return results;
}

}  // namespace litewright::tf
