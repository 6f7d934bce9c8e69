// Whole models in, whole .tflite files out.
#include "bytes.h"
#include "graph/validate.h"
#include "module.h"
#include "passes/passes.h"
#include "tflite/reader.h"
#include "tflite/writer.h"

namespace litewright::python {
namespace {

py::bytes rewrite(const py::bytes& content, bool optimized) {
  const Bytes source = share_bytes(content);
  Bytes result;
  {
    py::gil_scoped_release release;
    Graph graph = read_tflite(source);
    validate(graph);
    if (optimized) optimize(graph);
    result = write_tflite(graph);
  }
  return py::bytes(reinterpret_cast<const char*>(result.data()), result.size());
}

}  // namespace

void bind_converter(py::module_& module) {
  module.def("rewrite", &rewrite, py::arg("content"), py::arg("optimize") = false);
}

}  // namespace litewright::python
