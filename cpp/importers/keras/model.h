// Walks a model's layers in the order their tensors flow, and calls the lowering function of each.
#pragma once

#include <string>
#include <vector>

#include "importers/keras/keras.h"
#include "importers/keras/lowering.h"

namespace litewright::keras {

// Stands for the result of a layer that could not be converted.
inline constexpr TensorId kPoison = -2;

class Importer {
 public:
  Importer(Graph& graph, const KerasImportOptions& options, int keras);

  GraphBuilder& builder() { return *builder_; }
  int keras() const { return keras_; }

  // One call of a layer or a nested model. `node` is {"class_name", "config", ...}.
  Results call_layer(const Json& node, const Weights& weights, const Call& call);
  // A model's outputs for its inputs.
  Results call_model(const Json& model, const Weights& weights, const std::vector<Value>& inputs);

  // Throws one Error that lists all layers that could not be converted, if there are any.
  void report() const;

  // Builds into another subgraph while it lives (the body of a loop).
  class Scope {
   public:
    Scope(Importer& importer, GraphBuilder& inner) : importer_(&importer), outer_(importer.builder_) {
      importer.builder_ = &inner;
    }
    ~Scope() { importer_->builder_ = outer_; }
    Scope(const Scope&) = delete;

   private:
    Importer* importer_;
    GraphBuilder* outer_;
  };

 private:
  Results call_sequential(const Json& layers, const Weights& weights, const std::vector<Value>& inputs);
  Results call_functional(const Json& model, const Weights& weights, const std::vector<Value>& inputs);
  // Like call_layer, but a layer that cannot be converted is noted and the walk goes on.
  Results try_layer(const Json& node, const Weights& weights, const Call& call);
  void note(const std::string& problem);

  GraphBuilder main_;
  GraphBuilder* builder_;
  const KerasImportOptions* options_;
  int keras_;
  int depth_ = 0;
  std::vector<std::string> problems_;
};

}  // namespace litewright::keras
