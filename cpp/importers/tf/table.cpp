#include "importers/tf/table.h"

#include <string_view>
#include <unordered_map>

#include "importers/tf/lowering.h"

namespace litewright::tf {
namespace {

constexpr const char* kLoop = "loops are not converted; save the Keras model as .keras or use unroll=True";
constexpr const char* kBranch = "branches that are chosen at run time are not converted; use tf.where";
constexpr const char* kText = "text has no TFLite operators; apply it before the model";
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
      {"RandomUniform", nullptr, kRandom},
      {"RandomStandardNormal", nullptr, kRandom},
      {"StatelessRandomUniformV2", nullptr, kRandom},
      {"PyFunc", nullptr, "Python code inside a graph cannot be converted; write it in TensorFlow operators"},
      {"EagerPyFunc", nullptr,
       "Python code inside a graph cannot be converted; write it in TensorFlow operators"},
  };
  return kRows;
}

namespace {

struct Family {
  const char* name;
  Rows rows;
};

const std::vector<Family>& families() {
  static const std::vector<Family> kFamilies = {
      {"constants, variables and what passes its operand on", basic_rows()},
      {"convolution and pooling", convolution_rows()},
      {"matrix products, normalization, activations", nn_rows()},
      {"element-wise, two operands", binary_rows()},
      {"element-wise, one operand", unary_rows()},
      {"reductions", reduction_rows()},
      {"arrays", array_rows()},
      {"slices", slicing_rows()},
      {"shapes", shape_rows()},
      {"images", image_rows()},
      {"hash tables", lookup_rows()},
      {"lists of tensors", tensor_list_rows()},
      {"error functions", erf_rows()},
      {"not converted", unsupported_rows()},
  };
  return kFamilies;
}

}  // namespace

const OpRow* find_row(const std::string& op) {
  static const auto kTable = [] {
    std::unordered_map<std::string_view, const OpRow*> table;
    for (const Family& family : families()) {
      for (const OpRow& row : family.rows) table.emplace(row.op, &row);
    }
    return table;
  }();
  const auto found = kTable.find(op);
  return found == kTable.end() ? nullptr : found->second;
}

std::vector<OpDescription> described_ops() {
  std::vector<OpDescription> result;
  for (const Family& family : families()) {
    for (const OpRow& row : family.rows) result.push_back({row.op, family.name, row.reason});
  }
  return result;
}

}  // namespace litewright::tf
