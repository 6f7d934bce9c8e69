#include <algorithm>

#include "ops/elementwise.h"

namespace litewright {
namespace {

Kernel prepare(PrepareContext& c) {
  require_dtype(c, 0, {DType::kFloat32});
  const FakeQuantOptions& options = c.options<FakeQuantOptions>();
  if (options.narrow_range) c.fail("narrow_range is only meant for weights");
  if (options.num_bits < 1 || options.num_bits > 16 || !(options.min < options.max)) {
    c.fail("the range [", options.min, ", ", options.max, "] with ", options.num_bits,
           " bits is not possible");
  }
  const float steps = static_cast<float>((1 << options.num_bits) - 1);
  const float scale = (options.max - options.min) / steps;
  const float zero = std::round(std::clamp(-options.min / scale, 0.0f, steps));
  const float low = -zero * scale, high = (steps - zero) * scale, inverse = 1.0f / scale;
  return map_kernel<float>(c, [=](float x) {
    const float bounded = std::min(high, std::max(low, x));
    return std::round((bounded - low) * inverse) * scale + low;
  });
}

}  // namespace

extern const OpDef kFakeQuant;
const OpDef kFakeQuant = {
    .code = BuiltinOp::kFakeQuant,
    .max_version = 2,
    .inputs = {{"x"}},
    .options = &schema_of<FakeQuantOptions>(),
    .infer = infer_unary,
    .prepare = prepare,
    .types = "float32",
};

}  // namespace litewright
