#include <cstring>

#include "kernels/binary/kernel.h"
#include "ops/elementwise.h"

namespace litewright {
namespace {

void infer(InferContext& c) {
  if (c.num_inputs() == 0) c.fail("there is nothing to add");
  for (int i = 1; i < c.num_inputs(); ++i) {
    if (c.input_dtype(i) != c.input_dtype(0) || c.input_shape(i) != c.input_shape(0)) {
      c.fail(c.describe_input(i), " should be as ", c.describe_input(0));
    }
  }
  infer_unary(c);
}

Kernel prepare(PrepareContext& c) {
  require_dtype(c, 0, {DType::kFloat32, DType::kInt32});
  const BinaryFunction add = binary_variant(c.isa()).functions[static_cast<int>(BinaryOp::kAdd)];
  const bool real = c.input_dtype(0) == DType::kFloat32;
  return [real, add, n = num_elements(c.input_shape(0))](RunContext& r) {
    for_ranges(r, n, [&](int64_t begin, int64_t end) {
      uint32_t* sum = r.out<uint32_t>(0) + begin;
      std::memcpy(sum, r.in<uint32_t>(0) + begin, static_cast<size_t>(end - begin) * 4);
      for (int i = 1; i < r.num_inputs(); ++i) {
        const uint32_t* x = r.in<uint32_t>(i) + begin;
        if (real) {
          float* out = r.out<float>(0) + begin;
          add(out, 1, r.in<float>(i) + begin, 1, out, end - begin, -INFINITY, INFINITY);
        } else {
          for (int64_t k = 0; k < end - begin; ++k) sum[k] += x[k];
        }
      }
    });
    return Status();
  };
}

}  // namespace

extern const OpDef kAddN;
const OpDef kAddN = {
    .code = BuiltinOp::kAddN,
    .inputs = {{"x", OperandDef::kVariadic}},
    .options = &schema_of<AddNOptions>(),
    .infer = infer,
    .prepare = prepare,
    .quant = {.output = QuantRule::kFloatOnly},
    .types = "float32, int32",
    .fast_path = true,
};

}  // namespace litewright
