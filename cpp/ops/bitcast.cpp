// BITCAST: the same bytes as another dtype. A wider one takes the last dimension's elements together, a
// narrower one adds a dimension.
#include <cstring>

#include "ops/movement.h"

namespace litewright {
namespace {

void infer(InferContext& c) {
  Shape shape = c.input_shape(0);
  const DType to = c.output_dtype(0);
  const size_t from_size = dtype_size(c.input_dtype(0)), to_size = dtype_size(to);
  if (from_size == 0 || to_size == 0) c.fail(c.describe_input(0), " cannot become ", dtype_name(to));
  if (to == DType::kBool && c.input_dtype(0) != to) c.fail("other values than 0 and 1 are no bool");
  if (to_size > from_size) {
    if (shape.empty() || static_cast<size_t>(shape.back()) * from_size != to_size) {
      c.fail(c.describe_input(0), " has the wrong last dimension to become ", dtype_name(to));
    }
    shape.pop_back();
  } else if (to_size < from_size) {
    shape.push_back(static_cast<int32_t>(from_size / to_size));
  }
  c.set_output(0, to, shape);
}

Kernel prepare(PrepareContext&) {
  return [](RunContext& run) -> Status {
    if (run.output(0).bytes > 0) std::memcpy(run.out<uint8_t>(0), run.in<uint8_t>(0), run.output(0).bytes);
    return {};
  };
}

}  // namespace

extern const OpDef kBitcast;
const OpDef kBitcast = {.code = BuiltinOp::kBitcast,
                        .inputs = {{"input"}},
                        .options = &schema_of<BitcastOptions>(),
                        .infer = infer,
                        .prepare = prepare,
                        .types = "all but string"};

}  // namespace litewright
