#include "ops/softmax_rows.h"

namespace litewright {
namespace {

void infer(InferContext& c) {
  if (c.input_shape(0).size() != 4) c.fail(c.describe_input(0), " should have four dimensions");
  infer_unary(c);
}

// x * (bias + alpha * sum of squares)^-beta; the reference's window is [channel - radius, channel + radius),
// the default one includes its end.
Kernel prepare(PrepareContext& c) {
  require_dtype(c, 0, {DType::kFloat32});
  const LocalResponseNormalizationOptions o = c.options<LocalResponseNormalizationOptions>();
  if (o.radius < 0) c.fail("radius ", o.radius, " is negative");
  const int64_t after = int64_t{o.radius} + (c.reference() ? 0 : 1);
  return row_kernel<float, float>(c, [=](const float* in, float* out, int64_t depth) {
    for (int64_t i = 0; i < depth; ++i) {
      float squares = 0;
      for (int64_t k = std::max<int64_t>(0, i - o.radius); k < std::min(depth, i + after); ++k)
        squares += in[k] * in[k];
      out[i] = in[i] * std::pow(o.bias + o.alpha * squares, -o.beta);
    }
  });
}

}  // namespace

extern const OpDef kLocalResponseNormalization;
const OpDef kLocalResponseNormalization = {
    .code = BuiltinOp::kLocalResponseNormalization,
    .inputs = {{"x"}},
    .options = &schema_of<LocalResponseNormalizationOptions>(),
    .infer = infer,
    .prepare = prepare,
    .types = "float32",
};

}  // namespace litewright
