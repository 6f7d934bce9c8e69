// Importing Keras models, with layers that Python lowers.
#include "importers/keras/keras.h"

#include <pybind11/stl.h>

#include <exception>
#include <memory>
#include <utility>

#include "arrays.h"
#include "importers/keras/layer_families.h"
#include "importers/keras/lowering.h"
#include "module.h"
#include "ops/op_def.h"
#include "unlocked.h"

namespace litewright::python {
namespace {

// Options of an operator from {member: value}; enumerations also by name.
Options options_from_dict(BuiltinOp op, const std::map<std::string, OptionValue>& members) {
  const OpDef* def = find_op(op);
  if (def == nullptr) fail(ErrorCode::kInvalidArgument, "this build has no operator ", builtin_op_name(op));
  if (def->options == nullptr) {
    if (members.empty()) return {};
    fail(ErrorCode::kInvalidArgument, builtin_op_name(op), " has no options");
  }
  Options options = make_options(*def->options);
  for (const auto& [name, value] : members) set_field(options, name, value);
  return options;
}

// What a Python function that lowers a layer gets. It must not be used after the function has returned.
class LayerHandle {
 public:
  explicit LayerHandle(keras::Lowering& lowering) : lowering_(&lowering) {}
  void close() { lowering_ = nullptr; }

  std::string class_name() const { return get().class_name(); }
  std::string config() const {
    return get().config().json().dump(-1, ' ', false, keras::Json::error_handler_t::replace);
  }
  std::vector<TensorId> inputs() const {
    std::vector<TensorId> ids;
    for (const keras::Value& value : get().inputs()) ids.push_back(value.id);
    return ids;
  }
  Shape shape(TensorId id) const { return checked(id).shape; }
  py::dtype dtype(TensorId id) const { return numpy_dtype(checked(id).dtype); }
  bool has_weight(const std::string& name) const { return get().has_weight(name); }
  py::array weight(const std::string& name, const Shape& shape) {
    const keras::Weight weight = get().weight(name, shape);
    py::array_t<float> result(std::vector<py::ssize_t>(weight.shape.begin(), weight.shape.end()));
    std::copy(weight.values().begin(), weight.values().end(), result.mutable_data());
    return result;
  }
  TensorId constant(const py::object& value, const std::string& name) {
    const DType dtype = dtype_of_array(py::array::ensure(value));
    const TensorValue converted = from_numpy(value, dtype, [] { return std::string("a constant"); });
    return get().builder().constant(dtype, converted.shape, Bytes::copy(converted.data(), converted.bytes()),
                                    name);
  }
  std::vector<TensorId> add(const std::string& name, const std::vector<TensorId>& inputs,
                            const std::map<std::string, OptionValue>& options, int outputs) {
    const auto op = find_builtin_op(name);
    if (!op) fail(ErrorCode::kInvalidArgument, "'", name, "' is not a builtin operator");
    for (TensorId id : inputs) {
      if (id != kNoTensor) checked(id);
    }
    return get().builder().add_multi(*op, inputs, options_from_dict(*op, options), outputs);
  }

 private:
  keras::Lowering& get() const {
    if (lowering_ == nullptr)
      fail(ErrorCode::kRuntime, "the layer is lowered already; its builder cannot be used any more");
    return *lowering_;
  }
  const Tensor& checked(TensorId id) const {
    GraphBuilder& builder = get().builder();
    if (id < 0 || id >= static_cast<TensorId>(builder.subgraph().tensors.size())) {
      fail(ErrorCode::kOutOfRange, "there is no tensor ", id);
    }
    return builder.tensor(id);
  }
  keras::Lowering* lowering_;
};

// `raised` takes the exception that the function leaves.
keras::CustomLower custom_lower(const py::function& function, std::exception_ptr& raised) {
  const auto shared = std::shared_ptr<py::function>(new py::function(function), [](py::function* held) {
    py::gil_scoped_acquire gil;
    delete held;
  });
  return [shared, &raised](keras::Lowering& lowering) {
    py::gil_scoped_acquire gil;
    auto handle = std::make_shared<LayerHandle>(lowering);
    struct Close {
      LayerHandle& handle;
      ~Close() { handle.close(); }
    } close{*handle};
    try {
      return py::cast<std::vector<TensorId>>((*shared)(handle));
    } catch (...) {
      raised = std::current_exception();
      throw;
    }
  };
}

std::shared_ptr<Graph> import_keras(const std::string& path,
                                    const std::map<std::string, py::function>& layers) {
  keras::KerasImportOptions options;
  std::exception_ptr raised;
  for (const auto& [name, function] : layers)
    options.custom_layers.emplace(name, custom_lower(function, raised));
  try {
    const Unlocked unlocked;
    return std::make_shared<Graph>(keras::import_keras(path, options));
  } catch (...) {
    if (raised) std::rethrow_exception(raised);  // as Python raised it, not as the importer words it
    throw;
  }
}

py::list keras_layers() {
  py::list rows;
  for (const keras::LayerFamily& family : keras::layer_families()) {
    for (const keras::LayerRow& row : family.rows)
      rows.append(py::make_tuple(family.name, row.class_name, row.lower ? "" : row.reason));
  }
  return rows;
}

}  // namespace

void bind_keras(py::module_& module) {
  py::class_<LayerHandle, std::shared_ptr<LayerHandle>>(module, "LayerHandle")
      .def("class_name", &LayerHandle::class_name)
      .def("config", &LayerHandle::config)
      .def("inputs", &LayerHandle::inputs)
      .def("shape", &LayerHandle::shape, py::arg("tensor"))
      .def("dtype", &LayerHandle::dtype, py::arg("tensor"))
      .def("has_weight", &LayerHandle::has_weight, py::arg("name"))
      .def("weight", &LayerHandle::weight, py::arg("name"), py::arg("shape"))
      .def("constant", &LayerHandle::constant, py::arg("value"), py::arg("name") = "")
      .def("add", &LayerHandle::add, py::arg("op"), py::arg("inputs"), py::arg("options"),
           py::arg("outputs"));
  module.def("keras_layers", &keras_layers,
             "Every known layer class: (family, class, why it cannot convert).");
  module.def("import_keras", &import_keras, py::arg("path"), py::arg("custom_layers"));
}

}  // namespace litewright::python
