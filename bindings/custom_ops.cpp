#include "custom_ops.h"

#include <pybind11/stl.h>

#include <cstring>
#include <memory>
#include <vector>

#include "arrays.h"

namespace litewright::python {
namespace {

namespace py = pybind11;

struct Functions {
  py::function run;
  py::object shape;
};

// The last owner may let go in any thread.
std::shared_ptr<const Functions> hold(const py::function& run, const py::object& shape) {
  return std::shared_ptr<const Functions>(new Functions{run, shape}, [](const Functions* held) {
    const py::gil_scoped_acquire gil;
    delete held;
  });
}

py::bytes options_of(const NodeContext& node) {
  const Bytes& options = node.op().custom_options;
  return py::bytes(reinterpret_cast<const char*>(options.data()), options.size());
}

// Lists from Python must have one entry for each output.
void check_count(const NodeContext& node, const py::list& results, const char* what) {
  if (static_cast<int>(results.size()) == node.num_outputs()) return;
  fail(ErrorCode::kRuntime, "the function returned ", results.size(), " ", what, " for ", node.num_outputs(),
       " outputs");
}

void infer(const Functions& functions, InferContext& context) {
  for (int i = 0; i < context.num_outputs(); ++i) {
    if (context.has_output(i)) context.set_output_at_run(i, context.output_dtype(i));
  }
  const py::gil_scoped_acquire gil;
  if (functions.shape.is_none()) return;
  try {
    py::list shapes;
    for (int i = 0; i < context.num_inputs(); ++i) {
      shapes.append(context.has_input(i) ? py::object(py::tuple(py::cast(context.input_shape(i))))
                                         : py::none());
    }
    const py::list results = functions.shape(shapes, options_of(context));
    check_count(context, results, "shapes");
    for (int i = 0; i < context.num_outputs(); ++i) {
      if (context.has_output(i)) context.set_output(i, context.output_dtype(i), results[i].cast<Shape>());
    }
  } catch (const py::error_already_set& error) {
    context.fail("its shape function raised ", error.what());
  } catch (const py::cast_error&) {
    context.fail("its shape function should return a list of lists of integers");
  }
}

void write_output(RunContext& context, int output, bool open, const py::object& array) {
  const Slot& slot = context.output(output);
  const TensorValue value =
      from_numpy(array, slot.dtype, [&] { return concat("output ", output, " '", slot.tensor->name, "'"); });
  uint8_t* to = nullptr;
  if (open) {
    to = context.allocate_output(output, value.shape, static_cast<int64_t>(value.bytes()));
  } else if (value.shape != slot.shape || value.bytes() != slot.bytes) {
    fail(ErrorCode::kRuntime, "the function returned an array of shape ", to_string(value.shape),
         " for output ", output, " '", slot.tensor->name, "', whose shape is ", to_string(slot.shape));
  } else {
    to = slot.data;
  }
  if (value.bytes() > 0) std::memcpy(to, value.data(), value.bytes());
}

Status run(const Functions& functions, const std::vector<bool>& open, RunContext& context) {
  const py::gil_scoped_acquire gil;
  try {
    py::list inputs;
    for (int i = 0; i < context.num_inputs(); ++i) {
      if (!context.has_input(i)) {
        inputs.append(py::none());
        continue;
      }
      const Slot& slot = context.input(i);
      inputs.append(to_numpy(slot.dtype, slot.shape, slot.data, slot.bytes));
    }
    const py::list results = functions.run(inputs, options_of(context));
    check_count(context, results, "arrays");
    for (int i = 0; i < context.num_outputs(); ++i) {
      if (context.has_output(i)) write_output(context, i, open[i], results[i]);
    }
    return {};
  } catch (const py::error_already_set& error) {
    return Status::error("its function raised ", error.what());
  } catch (const std::exception& error) {
    return Status::error(error.what());
  }
}

}  // namespace

CustomOpDef python_custom_op(const std::string& name, const py::function& run_function,
                             const py::object& shape) {
  std::shared_ptr<const Functions> functions = hold(run_function, shape);
  CustomOpDef def;
  def.name = name;
  def.infer = [functions](InferContext& context) { infer(*functions, context); };
  def.prepare = [functions](PrepareContext& context) -> Kernel {
    std::vector<bool> open;
    for (int i = 0; i < context.num_outputs(); ++i)
      open.push_back(context.has_output(i) && !context.output(i).shape_known);
    return [functions, open](RunContext& running) { return run(*functions, open, running); };
  };
  return def;
}

}  // namespace litewright::python
