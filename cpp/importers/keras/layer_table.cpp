// Class name -> lowering function. A new layer is one row in its family's file.
#include <string_view>
#include <unordered_map>

#include "importers/keras/lowering.h"
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

const LayerRow* find_layer(const std::string& class_name) {
  static const Table table = table_of(
      core_layers(), activation_layers(), convolution_layers(), convolution_transpose_layers(),
      pooling_layers(), normalization_layers(), merging_layers(), reshaping_layers(), embedding_layers(),
      preprocessing_layers(), recurrent_layers(), bidirectional_layers(), conv_lstm_layers(),
      wrapper_layers(), attention_layers(), tensorflow_calls(), unsupported_layers());
  return find(table, class_name);
}

const LayerRow* find_operation(const std::string& class_name) {
  static const Table table = table_of(math_operations(), array_operations(), product_operations(),
                                      derived_operations(), nn_operations());
  return find(table, class_name);
}

}  // namespace litewright::keras
