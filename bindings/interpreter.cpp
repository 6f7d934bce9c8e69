// The native half of litewright.Interpreter: one call per method, arrays in and out.
#include "runtime/interpreter.h"

#include <pybind11/stl.h>

#include <atomic>
#include <cstring>
#include <map>
#include <utility>

#include "arrays.h"
#include "bytes.h"
#include "custom_ops.h"
#include "delegates.h"
#include "module.h"
#include "runtime/delegation.h"
#include "runtime/profile.h"
#include "unlocked.h"

namespace litewright::python {
namespace {

// An interpreter, who uses it, and the arrays that look into its memory.
struct Native : std::enable_shared_from_this<Native> {
  Native(std::shared_ptr<const Model> model, InterpreterOptions options, std::vector<Delegate> delegates)
      : delegates(std::move(delegates)), interpreter(std::move(model), with_delegates(std::move(options))) {}

  InterpreterOptions with_delegates(InterpreterOptions options) {
    if (delegates.empty()) return options;
    options.rewrite = [this](const Graph& graph) {
      std::vector<const lw_delegate*> handles;
      for (const Delegate& delegate : delegates) handles.push_back(delegate.handle.get());
      return delegate_graph(graph, handles,
                            [this](const std::string& message) { warnings.push_back(message); });
    };
    return options;
  }
  // Issues what was worked around since the last time as Python warnings.
  void warn() {
    for (const std::string& message : std::exchange(warnings, {})) {
      if (PyErr_WarnEx(PyExc_RuntimeWarning, message.c_str(), 2) != 0) throw py::error_already_set();
    }
  }

  std::vector<Delegate> delegates;
  std::vector<std::string> warnings;
  Interpreter interpreter;
  std::unique_ptr<Profile> profile;
  std::atomic<bool> busy = false;
  std::map<std::pair<int, TensorId>, int> views;  // live arrays by (subgraph, tensor); guarded by the GIL
};

// Marks the interpreter as in use for the length of one call.
class Busy {
 public:
  explicit Busy(Native& native) : native_(native) {
    if (native_.busy.exchange(true)) {
      fail(ErrorCode::kRuntime,
           "The interpreter is in use by another thread: an interpreter serves one thread at a time. "
           "Give each thread its own; interpreters made from one model share its constants.");
    }
  }
  ~Busy() { native_.busy = false; }
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;

 private:
  Native& native_;
};

SubgraphExecutor& executor_of(Native& native, int subgraph, TensorId id) {
  SubgraphExecutor& executor = native.interpreter.executor(subgraph);
  const int count = static_cast<int>(executor.subgraph().tensors.size());
  if (id < 0 || id >= count) {
    fail(ErrorCode::kOutOfRange, "Invalid tensor index ", id, " exceeds max tensor index ", count);
  }
  return executor;
}

void ensure_no_views(const Native& native) {
  if (native.views.empty()) return;
  std::string list;
  for (const auto& [where, count] : native.views) {
    list += concat(list.empty() ? "" : ", ", "'",
                   native.interpreter.graph().subgraphs[where.first].tensors[where.second].name, "' (tensor ",
                   where.second, where.first ? concat(" of subgraph ", where.first) : "", ", ", count,
                   count == 1 ? " array)" : " arrays)");
  }
  fail(ErrorCode::kRuntime,
       "There is at least 1 reference to internal data\n      in the interpreter in the form of a numpy "
       "array or slice. Be sure to\n"
       "      only hold the function returned from tensor() if you are using raw\n      data access. Live "
       "arrays: ",
       list);
}

// Runs `body` without the GIL, after checking that no array would be left dangling.
template <class Body>
void run_exclusive(Native& native, const Body& body) {
  Busy busy(native);
  ensure_no_views(native);
  {
    const Unlocked unlocked;
    body(native.interpreter);
  }
  native.warn();
}

std::string describe_target(const SubgraphExecutor& executor, TensorId id) {
  return concat("input ", id, ", name: ", executor.subgraph().tensors[id].name);
}

void check_shape(const Shape& got, const Shape& expected, TensorId id) {
  if (got.size() != expected.size()) {
    fail(ErrorCode::kInvalidArgument, "Cannot set tensor: Dimension mismatch. Got ", got.size(),
         " but expected ", expected.size(), " for input ", id, ". (shape ", to_string(got), " for ",
         to_string(expected), ")");
  }
  for (size_t d = 0; d < got.size(); ++d) {
    if (got[d] == expected[d]) continue;
    fail(ErrorCode::kInvalidArgument, "Cannot set tensor: Dimension mismatch. Got ", got[d], " but expected ",
         expected[d], " for dimension ", d, " of input ", id, ". (shape ", to_string(got), " for ",
         to_string(expected), "; resize_tensor_input changes the input's shape)");
  }
}

void set_tensor(Native& native, TensorId id, const py::object& value, int subgraph) {
  Busy busy(native);
  SubgraphExecutor& executor = executor_of(native, subgraph, id);
  const Slot& slot = executor.slot(id);
  const Where where = [&] { return describe_target(executor, id); };
  if (slot.tensor->is_constant || slot.value_known) {
    fail(ErrorCode::kInvalidArgument, "Cannot set tensor: it is a constant of the model, ", where());
  }
  const TensorValue converted = from_numpy(value, slot.dtype, where);
  if (!executor.allocated() || slot.data == nullptr) {
    fail(ErrorCode::kInvalidArgument,
         "Cannot set tensor: Tensor is unallocated. Try calling allocate_tensors() first");
  }
  check_shape(converted.shape, slot.shape, id);
  if (converted.is_strings) {
    executor.set_dynamic_input(id, converted.shape, converted.data(), converted.bytes());
  } else if (converted.bytes() != slot.bytes) {
    fail(ErrorCode::kInternal, "tensor ", id, " has ", slot.bytes, " bytes for a value of ",
         converted.bytes());
  } else if (converted.bytes() != 0) {
    std::memcpy(slot.data, converted.data(), converted.bytes());
  }
}

// After a resize what was computed before can be read until allocation; the resized input cannot.
const Slot& readable_slot(const SubgraphExecutor& executor, TensorId id) {
  const Slot& slot = executor.slot(id);
  const bool sized = dtype_bits(slot.dtype) == 0 ||
                     static_cast<size_t>(num_elements(slot.shape)) * dtype_size(slot.dtype) == slot.bytes;
  if (!slot.tensor->is_constant && (!slot.shape_known || !executor.readable(id) || !sized)) {
    fail(ErrorCode::kInvalidArgument, "Tensor data is null. Run allocate_tensors() first (tensor ", id, " '",
         slot.tensor->name, "'; intermediate results are kept only with experimental_preserve_all_tensors)");
  }
  return slot;
}

py::object get_tensor(Native& native, TensorId id, int subgraph) {
  Busy busy(native);
  const Slot& slot = readable_slot(executor_of(native, subgraph, id), id);
  return to_numpy(slot.dtype, slot.shape, slot.data, slot.bytes);
}

py::array view(Native& native, TensorId id, int subgraph) {
  Busy busy(native);
  const Slot& slot = readable_slot(executor_of(native, subgraph, id), id);
  if (slot.dtype == DType::kString) {
    fail(ErrorCode::kInvalidArgument, "tensor ", id,
         " holds strings, which have no view; use get_tensor and set_tensor");
  }
  struct Guard {
    std::shared_ptr<Native> native;
    std::pair<int, TensorId> where;
  };
  auto guard = std::make_unique<Guard>(Guard{native.shared_from_this(), {subgraph, id}});
  py::capsule base(guard.get(), [](void* held) {
    std::unique_ptr<Guard> owned(static_cast<Guard*>(held));
    auto& views = owned->native->views;
    if (--views[owned->where] == 0) views.erase(owned->where);
  });
  ++native.views[guard.release()->where];
  py::array result(numpy_dtype(slot.dtype), std::vector<py::ssize_t>(slot.shape.begin(), slot.shape.end()),
                   slot.data, base);
  if (slot.tensor->is_constant || slot.value_known) result.attr("flags").attr("writeable") = false;
  return result;
}

py::dict sparsity_details(const Sparsity& sparsity) {
  py::dict result;
  if (!sparsity.present()) return result;
  py::list dimensions;
  for (const Sparsity::Dimension& dimension : sparsity.dimensions) {
    py::dict entry;
    entry["format"] = dimension.sparse ? 1 : 0;
    if (dimension.sparse) {
      entry["array_segments"] = copy_array(dimension.segments);
      entry["array_indices"] = copy_array(dimension.indices);
    } else {
      entry["dense_size"] = dimension.dense_size;
    }
    dimensions.append(entry);
  }
  result["traversal_order"] = copy_array(sparsity.traversal_order);
  if (!sparsity.block_map.empty()) result["block_map"] = copy_array(sparsity.block_map);
  result["dim_metadata"] = dimensions;
  return result;
}

py::dict tensor_details(Native& native, TensorId id, int subgraph) {
  Busy busy(native);
  const SubgraphExecutor& executor = executor_of(native, subgraph, id);
  const Tensor& tensor = executor.subgraph().tensors[id];
  const Slot& slot = executor.slot(id);
  const Quantization& quantization = tensor.quantization;
  Shape shape = slot.shape_known               ? slot.shape
                : tensor.initial_shape.empty() ? tensor.shape
                                               : tensor.initial_shape;
  for (int32_t& dim : shape) dim = dim < 0 ? 1 : dim;
  std::vector<int32_t> zero_points;
  for (size_t i = 0; i < quantization.scale.size(); ++i)
    zero_points.push_back(static_cast<int32_t>(quantization.zero(i)));
  const bool per_tensor = quantization.scale.size() == 1;

  py::dict parameters;
  parameters["scales"] = copy_array(quantization.scale);
  parameters["zero_points"] = copy_array(zero_points);
  parameters["quantized_dimension"] = quantization.axis;
  parameters["block_size"] = quantization.block_size;
  py::dict result;
  result["name"] = text(tensor.name);
  result["index"] = id;
  result["shape"] = copy_array(shape);
  result["shape_signature"] = copy_array(tensor.shape);
  result["dtype"] = numpy_class(tensor.dtype);
  result["quantization"] =
      py::make_tuple(per_tensor ? quantization.scale[0] : 0.0, per_tensor ? zero_points[0] : 0);
  result["quantization_parameters"] = parameters;
  result["sparsity_parameters"] = sparsity_details(tensor.sparsity);
  return result;
}

const Subgraph& subgraph_of(const Native& native, int index) {
  const auto& subgraphs = native.interpreter.graph().subgraphs;
  if (index < 0 || index >= static_cast<int>(subgraphs.size())) {
    fail(ErrorCode::kOutOfRange, "Invalid subgraph index ", index, " exceeds max subgraph index ",
         subgraphs.size());
  }
  return subgraphs[index];
}

// The model's operators, then one for each part of it that runs on a delegate.
std::vector<const Operator*> operators_of(const Native& native) {
  std::vector<const Operator*> operators;
  for (const Operator& op : native.interpreter.model().graph().main().operators) operators.push_back(&op);
  if (native.delegates.empty()) return operators;
  for (const Operator& op : subgraph_of(native, 0).operators) {
    if (op.custom_code.rfind(kDelegateOp, 0) == 0) operators.push_back(&op);
  }
  return operators;
}

py::dict op_details(const Native& native, int index) {
  const Subgraph& subgraph = subgraph_of(native, 0);
  const std::vector<const Operator*> operators = operators_of(native);
  if (index < 0 || index >= static_cast<int>(operators.size())) {
    fail(ErrorCode::kOutOfRange, "Invalid node index");
  }
  const Operator& op = *operators[index];
  auto types = [&](const std::vector<TensorId>& ids) {
    py::list result;
    for (TensorId id : ids) {
      if (id != kNoTensor) result.append(numpy_class(subgraph.tensors[id].dtype));
    }
    return result;
  };
  py::dict result;
  result["index"] = index;
  result["op_name"] = text(op.display_name());
  result["inputs"] = copy_array(op.inputs);
  result["outputs"] = copy_array(op.outputs);
  result["operand_types"] = types(op.inputs);
  result["result_types"] = types(op.outputs);
  return result;
}

// {key: {"inputs": {name: tensor}, "outputs": {name: tensor}, "subgraph": index}}, keys as in the file, names
// sorted.
py::dict signatures(const Native& native) {
  auto names = [](const auto& pairs) {
    py::dict result;
    for (const auto& [name, id] : std::map<std::string, TensorId>(pairs.begin(), pairs.end()))
      result[text(name)] = id;
    return result;
  };
  py::dict result;
  for (const Signature& signature : native.interpreter.graph().signatures) {
    py::dict entry;
    entry["inputs"] = names(signature.inputs);
    entry["outputs"] = names(signature.outputs);
    entry["subgraph"] = signature.subgraph;
    result[text(signature.key)] = entry;
  }
  return result;
}

std::shared_ptr<Native> make_native(std::shared_ptr<Model> model, int num_threads, bool reference,
                                    bool preserve_all_tensors, const py::dict& custom_ops,
                                    std::vector<Delegate> delegates, const Limits& limits) {
  InterpreterOptions options;
  options.num_threads = num_threads;
  options.reference = reference;
  options.preserve_all = preserve_all_tensors;
  options.limits = limits;
  for (const auto& [key, functions] : custom_ops) {
    const auto name = key.cast<std::string>();
    const auto [run, shape] = functions.cast<std::pair<py::function, py::object>>();
    options.custom_ops[name] = python_custom_op(name, run, shape);
  }
  return std::make_shared<Native>(std::move(model), std::move(options), std::move(delegates));
}

void set_profiling(Native& native, bool on) {
  Busy busy(native);
  if (on) native.profile = std::make_unique<Profile>(native.interpreter.graph());
  native.interpreter.set_profiler(on ? native.profile.get() : nullptr);
}

py::list profile_rows(Native& native) {
  Busy busy(native);
  py::list rows;
  if (!native.profile) return rows;
  for (const Profile::Row& row : native.profile->rows()) {
    rows.append(
        py::make_tuple(text(row.op), text(row.output), row.subgraph, row.node, row.runs, row.nanoseconds));
  }
  return rows;
}

py::tuple memory(Native& native) {
  Busy busy(native);
  const MemoryUse use = native.interpreter.memory();
  return py::make_tuple(use.arena, use.tensors, use.constants, use.packed);
}

py::str chrome_trace(Native& native) {
  Busy busy(native);
  return text(native.profile ? native.profile->chrome_trace() : "{\"traceEvents\": []}");
}

}  // namespace

void bind_interpreter(py::module_& module) {
  py::class_<Model, std::shared_ptr<Model>>(module, "Model",
                                            "A loaded model, shared by the interpreters made from it.")
      .def_static("from_file", &Model::from_file, py::arg("path"), py::call_guard<Unlocked>())
      .def_static(
          "from_bytes", [](const py::bytes& content) { return Model::from_bytes(share_bytes(content)); },
          py::arg("content"));

  py::class_<Native, std::shared_ptr<Native>>(module, "Interpreter",
                                              "The native half of litewright.Interpreter.")
      .def(py::init(&make_native), py::arg("model"), py::kw_only(), py::arg("num_threads") = 1,
           py::arg("reference") = false, py::arg("preserve_all_tensors") = false,
           py::arg("custom_ops") = py::dict(), py::arg("delegates") = std::vector<Delegate>(),
           py::arg("limits") = Limits())
      .def(
          "allocate_tensors",
          [](Native& native, int subgraph) {
            run_exclusive(native, [&](Interpreter& it) { it.allocate(subgraph); });
          },
          py::arg("subgraph") = 0)
      .def(
          "invoke",
          [](Native& native, int subgraph) {
            run_exclusive(native, [&](Interpreter& it) { it.invoke(subgraph); });
          },
          py::arg("subgraph") = 0)
      .def(
          "resize_input",
          [](Native& native, TensorId id, const Shape& shape, bool strict, int subgraph) {
            run_exclusive(native, [&](Interpreter& it) { it.resize_input(id, shape, strict, subgraph); });
          },
          py::arg("index"), py::arg("shape"), py::arg("strict") = false, py::arg("subgraph") = 0)
      .def("reset_all_variables",
           [](Native& native) {
             Busy busy(native);
             native.interpreter.reset_variables();
           })
      .def("set_tensor", &set_tensor, py::arg("index"), py::arg("value"), py::arg("subgraph") = 0)
      .def("get_tensor", &get_tensor, py::arg("index"), py::arg("subgraph") = 0)
      .def("view", &view, py::arg("index"), py::arg("subgraph") = 0)
      .def("has_views", [](const Native& native) { return !native.views.empty(); })
      .def("ensure_no_views", &ensure_no_views)
      .def("tensor_details", &tensor_details, py::arg("index"), py::arg("subgraph") = 0)
      .def("op_details", &op_details, py::arg("index"))
      .def("signatures", &signatures)
      .def(
          "inputs", [](const Native& native, int subgraph) { return subgraph_of(native, subgraph).inputs; },
          py::arg("subgraph") = 0)
      .def(
          "outputs", [](const Native& native, int subgraph) { return subgraph_of(native, subgraph).outputs; },
          py::arg("subgraph") = 0)
      .def(
          "num_tensors",
          [](const Native& native, int subgraph) { return subgraph_of(native, subgraph).tensors.size(); },
          py::arg("subgraph") = 0)
      .def("num_ops", [](const Native& native) { return operators_of(native).size(); })
      .def("num_subgraphs",
           [](const Native& native) { return native.interpreter.model().graph().subgraphs.size(); })
      .def("set_profiling", &set_profiling, py::arg("on"))
      .def("profile_rows", &profile_rows)
      .def("memory", &memory)
      .def("chrome_trace", &chrome_trace);
}

}  // namespace litewright::python
