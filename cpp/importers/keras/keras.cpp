#include "importers/keras/keras.h"

#include <algorithm>
#include <new>
#include <set>
#include <stdexcept>
#include <utility>

#include "core/error.h"
#include "core/memory.h"
#include "importers/keras/description.h"
#include "importers/keras/file.h"
#include "importers/keras/model.h"

namespace litewright::keras {
namespace {

Graph build(const ModelFile& file, const std::string& origin, const KerasImportOptions& options) {
  Graph graph;
  graph.description = concat("Litewright, from Keras ", file.keras);
  graph.origin = origin;
  Importer importer(graph, options, file.keras);
  GraphBuilder& builder = importer.builder();
  Signature signature{.key = "serving_default"};
  std::vector<Value> inputs;
  for (const ModelInput& input : inputs_of(file.model)) {
    const TensorId id = builder.input("serving_default_" + input.name + ":0", input.dtype, input.shape);
    inputs.push_back({id, kNoTensor});
    signature.inputs.emplace_back(input.name, id);
  }
  const Results results = importer.call_model(file.model, file.weights, inputs);
  importer.report();
  std::vector<TensorId> outputs;
  for (const Value& value : results) {
    if (value.id < 0)
      fail(ErrorCode::kInvalidModel,
           "an output depends on an input layer that is not among the model's inputs");
    outputs.push_back(value.id);
  }
  builder.set_outputs(outputs);
  const std::vector<std::string> names = output_names(file.model, outputs.size(), file.keras);
  std::set<TensorId> named;
  for (size_t i = 0; i < outputs.size(); ++i) {
    signature.outputs.emplace_back(names[i], outputs[i]);
    const auto& given = graph.main().inputs;
    const bool is_input = std::find(given.begin(), given.end(), outputs[i]) != given.end();
    if (!is_input && named.insert(outputs[i]).second) {
      builder.tensor(outputs[i]).name =
          concat(file.keras < 3 ? "StatefulPartitionedCall:" : "StatefulPartitionedCall_1:", i);
    }
  }
  graph.signatures.push_back(std::move(signature));
  return graph;
}

// Runs `body`; what a damaged file makes the libraries throw becomes an Error that names the file. What
// registered layers throw passes.
template <class Body>
Graph guarded(const std::string& name, const Body& body) {
  Graph graph =
      with_context([&] { return "importing '" + name + "'"; },
                   [&] {
                     try {
                       return body();
                     } catch (const Json::exception& error) {
                       fail(ErrorCode::kInvalidModel, "the model is damaged (", error.what(), ")");
                     } catch (const std::logic_error& error) {  // sizes and positions out of range
                       fail(ErrorCode::kInvalidModel, "the model is damaged (", error.what(), ")");
                     } catch (const std::bad_alloc&) {
                       fail(ErrorCode::kInvalidModel, "the model is damaged (it asks for too much memory)");
                     }
                   });
  release_free_memory();
  return graph;
}

}  // namespace

Graph import_keras(const std::string& path, const KerasImportOptions& options) {
  return guarded(path, [&] { return build(read_model_file(path, options.other), path, options); });
}

Graph import_keras(Bytes bytes, const std::string& name, const KerasImportOptions& options) {
  return guarded(name, [&] { return build(read_model_bytes(std::move(bytes), name), name, options); });
}

}  // namespace litewright::keras
