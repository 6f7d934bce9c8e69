// The operator table as Python dictionaries, for the documentation and the tests.
#include <pybind11/stl.h>

#include <memory>
#include <string>
#include <vector>

#include "module.h"
#include "ops/op_def.h"
#include "ops/opgen.h"
#include "runtime/model.h"

namespace litewright::python {
namespace {

const char* quantization_name(QuantRule::Output output) {
  switch (output) {
    case QuantRule::kFloatOnly:
      return "float only";
    case QuantRule::kOwnRange:
      return "own range";
    case QuantRule::kSameAsInput:
      return "same scale as the input";
    case QuantRule::kFixed:
      return "fixed output scale";
    case QuantRule::kNotQuantized:
      return "output not quantized";
    case QuantRule::kControlFlow:
      return "inside its subgraphs";
    case QuantRule::kLstm:
      return "integer LSTM";
  }
  return "";
}

py::dict row(const OpDef& op) {
  py::dict result;
  result["name"] = builtin_op_name(op.code);
  result["code"] = static_cast<int>(op.code);
  result["max_version"] = op.max_version;
  result["types"] = op.types;
  result["quantization"] = quantization_name(op.quant.output);
  result["int16"] = op.quant.int16;
  result["hybrid"] = op.quant.hybrid == QuantRule::kComputes     ? "computes"
                     : op.quant.hybrid == QuantRule::kWeightOnly ? "weights only"
                                                                 : "";
  result["fast_path"] = op.fast_path;
  return result;
}

}  // namespace

void bind_op_table(py::module_& module) {
  module.def(
      "op_table",
      [] {
        py::list rows;
        for (const OpDef* op : all_ops()) rows.append(row(*op));
        return rows;
      },
      "One dictionary per builtin operator this build runs.");
  module.def(
      "custom_ops",
      [] {
        py::list names;
        for (const CustomOpDef* op : all_custom_ops()) names.append(op->name);
        return names;
      },
      "The names of the custom operators this build runs.");
  module.def(
      "operator_table_source",
      [](const std::vector<std::shared_ptr<Model>>& models) {
        std::vector<const Graph*> graphs;
        for (const auto& model : models) graphs.push_back(&model->graph());
        return operator_table_source(graphs);
      },
      py::arg("models"), "A C++ source file with the rows that the models need.");
}

}  // namespace litewright::python
