// SHAPE: the dimensions of the input.
#include <algorithm>

#include "ops/movement.h"

namespace litewright {
namespace {

void infer(InferContext& c) {
  // Files before the option existed hold the enumeration's first value.
  const DType dtype = c.options<ShapeOptions>().out_type == DType::kInt64 ? DType::kInt64 : DType::kInt32;
  c.set_output(0, dtype, {static_cast<int32_t>(c.input_shape(0).size())});
}

Kernel prepare(PrepareContext& c) {
  return [wide = c.output(0).dtype == DType::kInt64](RunContext& run) -> Status {
    const Shape& shape = run.input_shape(0);
    if (wide) {
      std::copy(shape.begin(), shape.end(), run.out<int64_t>(0));
    } else {
      std::copy(shape.begin(), shape.end(), run.out<int32_t>(0));
    }
    return {};
  };
}

}  // namespace

extern const OpDef kShape;
const OpDef kShape = {.code = BuiltinOp::kShape,
                      .inputs = {{"input"}},
                      .options = &schema_of<ShapeOptions>(),
                      .infer = infer,
                      .prepare = prepare,
                      .quant = not_quantized_rule(),
                      .types = "all; output int32, int64",
                      .needs_shape_only = true};

}  // namespace litewright
