// RESHAPE: the same elements under another shape, of which one dimension may be -1 (what is left over).
#include "ops/movement.h"

namespace litewright {
namespace {

// Operand 1 if it is an int32 vector, else the options. A file may state a scalar as the options' shape [0].
std::vector<int64_t> wanted_shape(const ValueContext& c) {
  if (c.has_input(1) && c.input_shape(1).size() == 1) return c.ints(1);
  const std::vector<int32_t>& dims = c.options<ReshapeOptions>().new_shape;
  if (dims.size() == 1 && dims[0] == 0) return {};
  return {dims.begin(), dims.end()};
}

Shape reshaped(const ValueContext& c) {
  std::vector<int64_t> dims = wanted_shape(c);
  const int64_t elements = num_elements(c.input_shape(0));
  int64_t product = 1;
  int stretched = -1;
  for (size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] == -1) {
      if (stretched >= 0) c.fail("two dimensions of the new shape are -1");
      stretched = static_cast<int>(i);
    } else if (dims[i] < 0 || __builtin_mul_overflow(product, dims[i], &product)) {
      c.fail("the new shape has the dimension ", dims[i]);
    }
  }
  if (stretched >= 0) {
    dims[stretched] = product == 0 ? 0 : elements / product;
    product *= dims[stretched];
  }
  if (product != elements) {
    c.fail(c.describe_input(0), " has ", elements, " elements and cannot become ",
           to_string(checked_shape(c, dims)));
  }
  return checked_shape(c, dims);
}

void infer(InferContext& c) { set_moved_output(c, 0, c.input_dtype(0), reshaped(c)); }

Kernel prepare(PrepareContext& c) { return reshape_kernel(c, 0, reshaped(c)); }

}  // namespace

extern const OpDef kReshape;
const OpDef kReshape = {.code = BuiltinOp::kReshape,
                        .inputs = {{"tensor"}, {"shape", OperandDef::kOptional}},
                        .options = &schema_of<ReshapeOptions>(),
                        .infer = infer,
                        .prepare = prepare,
                        .quant = same_scale_rule(),
                        .types = "all"};

}  // namespace litewright
