#include "importers/tf/table.h"

#include <string_view>
#include <unordered_map>

#include "importers/tf/lowering.h"

namespace litewright::tf {
namespace {

constexpr const char* kLoop =
    "it belongs to no loop of TensorFlow 1 that is whole: Enter, Merge, Switch, NextIteration and Exit";
constexpr const char* kText = "text has no TFLite operators; apply it before the model";

}  // namespace

Rows unsupported_rows() {
  static const OpRow kRows[] = {
      {"Enter", nullptr, kLoop},
      {"NextIteration", nullptr, kLoop},
      {"StringLower", nullptr, kText},
      {"StringSplitV2", nullptr, kText},
      {"StaticRegexReplace", nullptr, kText},
      {"Placeholder", nullptr, "it gets no value; name it among the inputs"},
      {"StringJoin", nullptr, kText},
      {"StringUpper", nullptr, kText},
      {"StringToHashBucketFast", nullptr, kText},
      {"RegexReplace", nullptr, kText},
      {"MaxPoolWithArgmax", nullptr,
       "there is no builtin that returns the places of maxima; use tf.nn.max_pool"},
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
      {"element-wise, spelled out in others", special_rows()},
      {"scattering and segments", scatter_rows()},
      {"selection", selecting_rows()},
      {"matrices and losses", matrix_rows()},
      {"spectra and sound", spectral_rows()},
      {"boxes, patches and colours", vision_rows()},
      {"images", resampling_rows()},
      {"quantization acted out", fake_quant_rows()},
      {"random numbers", random_rows()},
      {"hash tables", lookup_rows()},
      {"lists of tensors", tensor_list_rows()},
      {"lists of tensors in TensorFlow 1", tensor_array_rows()},
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
