// The importer's door: a Keras file becomes a Graph.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "graph/graph.h"

namespace litewright::keras {

class Lowering;  // importers/keras/lowering.h

// Lowers one call of a custom layer: reads the Lowering, adds operators, returns the results.
using CustomLower = std::function<std::vector<TensorId>(Lowering&)>;

struct KerasImportOptions {
  std::string other;  // the second file, where weights and description are apart
  std::map<std::string, CustomLower> custom_layers;  // by class name; they come before our own
};

// Errors: kIo, kInvalidModel, and kUnsupported with one line for every layer that cannot be converted.
Graph import_keras(const std::string& path, const KerasImportOptions& options = {});
// The bytes of a .h5 or .keras file; `name` stands for the file in messages.
Graph import_keras(Bytes bytes, const std::string& name, const KerasImportOptions& options = {});

}  // namespace litewright::keras
