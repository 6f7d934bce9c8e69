// PACK: inputs of one shape, stacked along a new dimension.
#include "ops/movement.h"

namespace litewright {
namespace {

int pack_axis(const NodeContext& c) {
  return checked_axis(c, c.options<PackOptions>().axis, static_cast<int>(c.input_shape(0).size()) + 1);
}

Shape packed_shape(const NodeContext& c) {
  Shape shape = c.input_shape(0);
  shape.insert(shape.begin() + pack_axis(c), c.num_inputs());
  return shape;
}

void infer(InferContext& c) {
  const int count = c.options<PackOptions>().values_count;
  if (c.op().options.has_value() && count != c.num_inputs())
    c.fail("values_count is ", count, " for ", c.num_inputs(), " inputs");
  for (int i = 1; i < c.num_inputs(); ++i) {
    if (c.input_dtype(i) != c.input_dtype(0) || c.input_shape(i) != c.input_shape(0)) {
      c.fail(c.describe_input(i), " is not like ", c.describe_input(0));
    }
  }
  set_moved_output(c, 0, c.input_dtype(0), packed_shape(c));
}

Kernel prepare(PrepareContext& c) {
  const Shape shape = packed_shape(c);
  const int64_t inner = elements_between(shape, pack_axis(c) + 1, shape.size());
  const int64_t outer = elements_between(shape, 0, pack_axis(c));
  const int count = c.num_inputs();
  if (c.input_dtype(0) == DType::kString) {
    return [=](RunContext& run) -> Status {
      std::vector<std::string_view> strings, packed(static_cast<size_t>(inner * outer * count));
      for (int i = 0; i < count; ++i) {
        const Status status = read_strings(run, i, strings);
        if (!status.ok()) return status;
        for (int64_t k = 0; k < outer * inner; ++k)
          packed[(k / inner * count + i) * inner + k % inner] = strings[k];
      }
      return write_strings(run, 0, shape, packed);
    };
  }
  std::vector<CopyPlan> plans;
  for (int i = 0; i < count; ++i) {
    plans.emplace_back(Walk{{{outer, inner, inner * count}, {inner, 1, 1}}, 0, i * inner},
                       dtype_size(c.input_dtype(0)));
  }
  return [plans = std::move(plans)](RunContext& run) -> Status {
    for (size_t i = 0; i < plans.size(); ++i)
      plans[i].run(run.in<uint8_t>(static_cast<int>(i)), run.out<uint8_t>(0), &run.pool());
    return {};
  };
}

}  // namespace

extern const OpDef kPack;
const OpDef kPack = {.code = BuiltinOp::kPack,
                     .max_version = 5,
                     .inputs = {{"values", OperandDef::kVariadic}},
                     .options = &schema_of<PackOptions>(),
                     .infer = infer,
                     .prepare = prepare,
                     .quant = same_scale_rule(),
                     .types = "all"};

}  // namespace litewright
