// FILL: a tensor of the shape in operand 0 with every element operand 1.
#include "ops/movement.h"

namespace litewright {
namespace {

void infer(InferContext& c) {
  if (num_elements(c.input_shape(1)) != 1) c.fail(c.describe_input(1), " should be one element");
  set_moved_output(c, 0, c.input_dtype(1), checked_shape(c, c.ints(0)));
}

Kernel prepare(PrepareContext& c) {
  if (c.input_dtype(1) == DType::kString) {
    return [shape = checked_shape(c, c.ints(0))](RunContext& run) -> Status {
      std::vector<std::string_view> value;
      const Status status = read_strings(run, 1, value);
      if (!status.ok()) return status;
      return write_strings(run, 0, shape, std::vector<std::string_view>(num_elements(shape), value[0]));
    };
  }
  return [bytes = dtype_size(c.input_dtype(1))](RunContext& run) -> Status {
    fill_elements(run.out<uint8_t>(0), num_elements(run.output_shape(0)), run.in<uint8_t>(1), bytes);
    return {};
  };
}

}  // namespace

extern const OpDef kFill;
const OpDef kFill = {.code = BuiltinOp::kFill,
                     .max_version = 5,
                     .inputs = {{"dims"}, {"value"}},
                     .options = &schema_of<FillOptions>(),
                     .infer = infer,
                     .prepare = prepare,
                     .quant = same_scale_rule(),
                     .types = "all"};

}  // namespace litewright
