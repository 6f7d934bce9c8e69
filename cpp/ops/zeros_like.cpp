#include <cstring>

#include "ops/elementwise.h"

namespace litewright {
namespace {

Kernel prepare(PrepareContext& c) {
  const size_t size = dtype_size(c.input_dtype(0));
  if (size == 0) refuse_dtype(c);
  return [bytes = static_cast<size_t>(num_elements(c.input_shape(0))) * size](RunContext& r) {
    if (bytes > 0) std::memset(r.out<uint8_t>(0), 0, bytes);
    return Status();
  };
}

}  // namespace

extern const OpDef kZerosLike;
const OpDef kZerosLike = {
    .code = BuiltinOp::kZerosLike,
    .inputs = {{"x"}},
    .options = &schema_of<ZerosLikeOptions>(),
    .infer = infer_unary,
    .prepare = prepare,
    .types = "every type of fixed size",
    .needs_shape_only = true,
};

}  // namespace litewright
