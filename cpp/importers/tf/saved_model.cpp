#include "importers/tf/saved_model.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include "core/error.h"
#include "importers/proto/tensorflow.pb.h"
#include "importers/tf/signature.h"
#include "importers/tf/text_format.h"
#include "importers/tf/types.h"
#include "tflite/mapped_file.h"

namespace litewright::tf {
namespace {

constexpr const char *kInitSignature = "__saved_model_init_op", *kDefaultKey = "serving_default";

template <class Names>
std::string listed(const Names& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "'" : ", '") + name + "'";
  return text.empty() ? "none" : text;
}

proto::SavedModel read_message(const std::string& folder) {
  std::string path = folder + "/saved_model.pb";
  if (!std::filesystem::exists(path)) path = folder + "/saved_model.pbtxt";
  if (!std::filesystem::exists(path))
    fail(ErrorCode::kIo, "SavedModel file does not exist at: ", folder,
         "/{saved_model.pbtxt|saved_model.pb}");
  proto::SavedModel message;
  if (!parse_message(map_file(path), "SavedModel", message))
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

// Whether Keras's model.export() made it: its endpoint "serve" is the default signature, under another name.
bool is_keras_export(const proto::MetaGraphDef& graph) {
  if (graph.object_graph_def().nodes_size() == 0) return false;
  bool serve = false, saved = false;
  for (const auto& child : graph.object_graph_def().nodes(0).children()) {
    serve = serve || child.local_name() == "serve";
    saved = saved || child.local_name() == "_default_save_signature";
  }
  return serve && !saved && graph.signature_def().count(kDefaultKey) != 0;
}

// Without a wish all signatures, in the order of their names.
std::vector<std::string> choose_keys(const proto::MetaGraphDef& graph,
                                     const std::vector<std::string>& wanted) {
  std::set<std::string> present;
  for (const auto& [key, signature] : graph.signature_def()) {
    if (key != kInitSignature && signature.outputs_size() != 0) present.insert(key);
  }
  if (wanted.empty()) {
    if (present.empty()) {
      fail(ErrorCode::kInvalidArgument,
           "Only support at least one signature key. The SavedModel has none; save "
           "it with signatures=");
    }
    if (present.size() > 1 && is_keras_export(graph)) return {kDefaultKey};
    return {present.begin(), present.end()};
  }
  std::vector<std::string> keys;
  for (const std::string& key : wanted) {
    if (present.count(key) == 0) {
      fail(ErrorCode::kInvalidArgument, "Invalid signature key '", key, "' found. Valid keys are ",
           listed(present));
    }
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
  }
  return keys;
}

// Names and tensors of one side of a signature, in the order of the names.
std::map<std::string, const proto::TensorInfo*> sorted(
    const google::protobuf::Map<std::string, proto::TensorInfo>& side) {
  std::map<std::string, const proto::TensorInfo*> result;
  for (const auto& [name, info] : side) result.emplace(name, &info);
  return result;
}

SignaturePlan plan_of(const proto::MetaGraphDef& meta, const std::string& key) {
  const proto::SignatureDef& def = meta.signature_def().at(key);
  SignaturePlan plan{.key = key, .inputs = {}, .outputs = {}};
  for (const auto& [name, info] : sorted(def.inputs())) {
    plan.inputs.push_back({name, info->name(), to_dtype(info->dtype(), "an input"),
                           input_shape(info->tensor_shape(), name), info->name()});
  }
  for (const auto& [name, info] : sorted(def.outputs()))
    plan.outputs.push_back({name, info->name(), info->name()});
  return plan;
}

std::string context_of(const std::string& folder) { return "importing '" + folder + "'"; }

// The signature's own inputs and outputs, where none are chosen by name.
SignaturePlan plan_with(const proto::MetaGraphDef& meta, const Variables& variables, const std::string& key,
                        const ArrayChoice& arrays) {
  SignaturePlan plan = plan_of(meta, key);
  if (arrays.inputs.empty() && arrays.outputs.empty() && arrays.shapes.empty()) return plan;
  const auto node_of = [](const std::string& reference) { return reference.substr(0, reference.find(':')); };
  ArrayChoice choice = arrays;
  if (choice.inputs.empty()) {
    for (const InputPort& port : plan.inputs) choice.inputs.push_back(node_of(port.reference));
  }
  if (choice.outputs.empty()) {
    for (const OutputPort& port : plan.outputs) choice.outputs.push_back(port.reference);
  }
  SignaturePlan chosen = plan_of_arrays(meta.graph_def(), variables, choice);
  // What the signature has already keeps its name.
  for (InputPort& port : chosen.inputs) {
    for (const InputPort& known : plan.inputs) {
      if (known.reference == port.reference) port.name = known.name;
    }
  }
  if (arrays.outputs.empty()) {
    for (size_t i = 0; i < plan.outputs.size(); ++i) chosen.outputs[i].name = plan.outputs[i].name;
  }
  chosen.key = key;
  return chosen;
}

}  // namespace

void check_saved_model(const std::string& folder, const SavedModelOptions& options) {
  with_context([&] { return context_of(folder); },
               [&] {
                 const proto::SavedModel message = read_message(folder);
                 const proto::MetaGraphDef& meta = choose(message, options.tags);
                 const Variables variables(meta, folder);
                 for (const std::string& key : choose_keys(meta, options.signature_keys))
                   plan_with(meta, variables, key, options.arrays);
               });
}

Graph import_saved_model(const std::string& folder, const SavedModelOptions& options) {
  return with_context([&] { return context_of(folder); },
                      [&] {
                        const proto::SavedModel message = read_message(folder);
                        const proto::MetaGraphDef& meta = choose(message, options.tags);
                        Variables variables(meta, folder);
                        variables.set_foreign(options.foreign);
                        Graph graph;
                        graph.description =
                            "Litewright, from TensorFlow " + meta.meta_info_def().tensorflow_version();
                        graph.origin = folder;
                        const std::vector<std::string> keys = choose_keys(meta, options.signature_keys);
                        std::vector<std::string> problems;
                        for (const std::string& key : keys)
                          import_signature(graph, meta.graph_def(), variables,
                                           plan_with(meta, variables, key, options.arrays), problems);
                        finish_signatures(graph, variables, problems);
                        return graph;
                      });
}

}  // namespace litewright::tf
