#include <string_view>
#include <unordered_map>

#include "importers/tf/lowering.h"

namespace litewright::tf {
namespace {

constexpr const char* kLoop = "loops are not converted; save the Keras model as .keras or use unroll=True";
constexpr const char* kBranch = "branches that are chosen at run time are not converted; use tf.where";
constexpr const char* kText = "text has no TFLite operators; apply it before the model";
constexpr const char* kTable = "hash tables are not converted; look the values up before the model";
constexpr const char* kRandom = "random numbers are not converted; make them an input of the model";

}  // namespace

Rows unsupported_rows() {
  static const OpRow kRows[] = {
      {"Enter", nullptr, kLoop},
      {"NextIteration", nullptr, kLoop},
      {"Switch", nullptr, kBranch},
      {"Merge", nullptr, kBranch},
      {"StringLower", nullptr, kText},
      {"StringSplitV2", nullptr, kText},
      {"StaticRegexReplace", nullptr, kText},
      {"HashTableV2", nullptr, kTable},
      {"LookupTableFindV2", nullptr, kTable},
      {"RandomUniform", nullptr, kRandom},
      {"RandomStandardNormal", nullptr, kRandom},
      {"StatelessRandomUniformV2", nullptr, kRandom},
      {"PyFunc", nullptr, "Python code inside a graph cannot be converted; write it in TensorFlow operators"},
      {"EagerPyFunc", nullptr,
       "Python code inside a graph cannot be converted; write it in TensorFlow operators"},
  };
  return kRows;
}

const OpRow* find_row(const std::string& op) {
  static const auto kTable = [] {
    std::unordered_map<std::string_view, const OpRow*> table;
    for (const Rows rows : {basic_rows(), convolution_rows(), nn_rows(), binary_rows(), unary_rows(),
                            reduction_rows(), array_rows(), slicing_rows(), shape_rows(), image_rows(),
                            tensor_list_rows(), erf_rows(), unsupported_rows()}) {
      for (const OpRow& row : rows) table.emplace(row.op, &row);
    }
    return table;
  }();
  const auto found = kTable.find(op);
  return found == kTable.end() ? nullptr : found->second;
}

}  // namespace litewright::tf
