// Class name -> lowering function. A new layer is one row in its family's file.
#include <string_view>
#include <unordered_map>

#include "importers/keras/layer_families.h"
#include "importers/keras/operations.h"

namespace litewright::keras {
namespace {

using Table = std::unordered_map<std::string_view, const LayerRow*>;

template <class... Families>
Table table_of(const Families&... families) {
  Table table;
  const auto insert = [&](Rows rows) {
    for (const LayerRow& row : rows) table.emplace(row.class_name, &row);
  };
  (insert(families), ...);
  return table;
}

const LayerRow* find(const Table& table, const std::string& class_name) {
  const auto found = table.find(class_name);
  return found == table.end() ? nullptr : found->second;
}

}  // namespace

std::vector<LayerFamily> layer_families() {
  return {{"Core", core_layers()},
          {"Activation", activation_layers()},
          {"Convolution", convolution_layers()},
          {"Transposed convolution", convolution_transpose_layers()},
          {"Pooling", pooling_layers()},
          {"Normalization", normalization_layers()},
          {"Merging", merging_layers()},
          {"Reshaping", reshaping_layers()},
          {"Embedding", embedding_layers()},
          {"Preprocessing", preprocessing_layers()},
          {"Recurrent", recurrent_layers()},
          {"Bidirectional", bidirectional_layers()},
          {"Convolutional recurrent", conv_lstm_layers()},
          {"Wrapper", wrapper_layers()},
          {"Attention", attention_layers()},
          {"TensorFlow call", tensorflow_calls()},
          {"Not possible", unsupported_layers()}};
}

const LayerRow* find_layer(const std::string& class_name) {
  static const Table table = [] {
    Table rows;
    for (const LayerFamily& family : layer_families()) {
      for (const LayerRow& row : family.rows) rows.emplace(row.class_name, &row);
    }
    return rows;
  }();
  return find(table, class_name);
}

const LayerRow* find_operation(const std::string& class_name) {
  static const Table table = table_of(math_operations(), array_operations(), product_operations(),
                                      derived_operations(), nn_operations());
  return find(table, class_name);
}

}  // namespace litewright::keras
