#include "importers/tf/saved_model.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include "core/error.h"
#include "importers/proto/tensorflow.pb.h"
#include "importers/tf/types.h"
#include "importers/tf/variables.h"
#include "importers/tf/walker.h"
#include "tflite/mapped_file.h"

namespace litewright::tf {
namespace {

constexpr const char* kInitSignature = "__saved_model_init_op";

template <class Names>
std::string listed(const Names& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "'" : ", '") + name + "'";
  return text.empty() ? "none" : text;
}

proto::SavedModel read_message(const std::string& folder) {
  const std::string path = folder + "/saved_model.pb";
  if (!std::filesystem::exists(path)) {
    fail(ErrorCode::kIo, "SavedModel file does not exist at: ", folder, "/{saved_model.pbtxt|saved_model.pb}",
         std::filesystem::exists(folder + "/saved_model.pbtxt") ? " (the text form is not read)" : "");
  }
  const Bytes bytes = map_file(path);
  proto::SavedModel message;
  if (bytes.size() > INT32_MAX || !message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    fail(ErrorCode::kInvalidModel, "'", path, "' is damaged or cut off: it is no SavedModel message");
  return message;
}

const proto::MetaGraphDef& choose(const proto::SavedModel& model, const std::set<std::string>& tags) {
  std::vector<std::string> present;
  for (const proto::MetaGraphDef& graph : model.meta_graphs()) {
    const std::set<std::string> its(graph.meta_info_def().tags().begin(), graph.meta_info_def().tags().end());
    if (its == tags) return graph;
    present.push_back("{" + listed(its) + "}");
  }
  std::string text;
  for (const std::string& one : present) text += (text.empty() ? "" : ", ") + one;
  fail(ErrorCode::kInvalidArgument, "MetaGraphDef associated with tags {", listed(tags),
       "} could not be found in SavedModel; it has ", text.empty() ? "none" : text);
}

std::vector<std::string> choose_keys(const proto::MetaGraphDef& graph, std::vector<std::string> wanted) {
  std::vector<std::string> present;
  for (const auto& [key, signature] : graph.signature_def()) {
    if (key != kInitSignature && signature.outputs_size() != 0) present.push_back(key);
  }
  std::sort(present.begin(), present.end());
  if (wanted.empty()) {
    if (std::find(present.begin(), present.end(), "serving_default") != present.end())
      return {"serving_default"};
    if (present.empty())
      fail(ErrorCode::kInvalidModel, "the SavedModel has no signatures; save it with some");
    return present;
  }
  for (const std::string& key : wanted) {
    if (std::find(present.begin(), present.end(), key) == present.end()) {
      fail(ErrorCode::kInvalidArgument, "Invalid signature key '", key, "' found. Valid keys are ",
           listed(present));
    }
  }
  return wanted;
}

// Names and tensors of one side of a signature, in the order of the names.
std::map<std::string, const proto::TensorInfo*> sorted(
    const google::protobuf::Map<std::string, proto::TensorInfo>& side) {
  std::map<std::string, const proto::TensorInfo*> result;
  for (const auto& [name, info] : side) result.emplace(name, &info);
  return result;
}

Shape shape_of_input(const proto::TensorInfo& info, const std::string& name) {
  if (info.tensor_shape().unknown_rank())
    fail(ErrorCode::kUnsupported, "the input '", name,
         "' has no known number of dimensions; state its shape");
  Shape shape;
  for (const auto& dim : info.tensor_shape().dim()) {
    if (dim.size() < -1 || dim.size() > INT32_MAX)
      fail(ErrorCode::kInvalidModel, "the input '", name, "' has a dimension of ", dim.size());
    shape.push_back(static_cast<int32_t>(dim.size()));
  }
  return shape;
}

void import_signature(Graph& graph, const proto::MetaGraphDef& meta, const Variables& variables,
                      const std::string& key) {
  const proto::SignatureDef& def = meta.signature_def().at(key);
  const auto index = static_cast<int>(graph.subgraphs.size());
  GraphBuilder builder(graph, index);
  Walker walker(meta.graph_def(), variables, builder);
  Signature signature{.key = key, .subgraph = index};
  for (const auto& [name, info] : sorted(def.inputs())) {
    const TensorId id =
        builder.input(info->name(), to_dtype(info->dtype(), "an input"), shape_of_input(*info, name));
    walker.give(info->name(), id);
    signature.inputs.emplace_back(name, id);
  }
  std::vector<std::pair<const proto::TensorInfo*, Value>> results;
  for (const auto& [name, info] : sorted(def.outputs())) {
    results.emplace_back(info, walker.value(info->name()));
    signature.outputs.emplace_back(name, results.back().second.id);
  }
  walker.report();
  std::vector<TensorId> outputs;
  std::set<TensorId> named(builder.subgraph().inputs.begin(), builder.subgraph().inputs.end());
  for (const auto& [info, value] : results) {
    if (value.id == kNoTensor) fail(ErrorCode::kUnsupported, "an output is a resource, not a tensor");
    outputs.push_back(value.id);
    if (named.insert(value.id).second) builder.tensor(value.id).name = info->name();
  }
  builder.set_outputs(outputs);
  graph.signatures.push_back(std::move(signature));
}

std::string context_of(const std::string& folder) { return "importing '" + folder + "'"; }

}  // namespace

void check_saved_model(const std::string& folder, const SavedModelOptions& options) {
  with_context([&] { return context_of(folder); },
               [&] { choose_keys(choose(read_message(folder), options.tags), options.signature_keys); });
}

Graph import_saved_model(const std::string& folder, const SavedModelOptions& options) {
  return with_context([&] { return context_of(folder); },
                      [&] {
                        const proto::SavedModel message = read_message(folder);
                        const proto::MetaGraphDef& meta = choose(message, options.tags);
                        const Variables variables(meta, folder + "/variables/variables");
                        Graph graph;
                        graph.description =
                            "Litewright, from TensorFlow " + meta.meta_info_def().tensorflow_version();
                        graph.origin = folder;
                        for (const std::string& key : choose_keys(meta, options.signature_keys))
                          import_signature(graph, meta, variables, key);
                        return graph;
                      });
}

}  // namespace litewright::tf
