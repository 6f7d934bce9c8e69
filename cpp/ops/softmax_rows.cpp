#include "ops/softmax_rows.h"

namespace litewright {

FixedExponential fixed_exponential(const NodeContext& c, float beta) {
  const double real = std::min<double>(
      static_cast<double>(beta) * static_cast<double>(input_scale(c).scale) * (1 << 26), 2147483647.0);
  const QuantizedMultiplier m = quantize_multiplier(real);
  if (m.shift < 0) c.fail("beta and the input's scale are too small");
  return {m, -static_cast<int32_t>(std::floor(31.0 * (1 << 26) / std::ldexp(1.0, m.shift)))};
}

}  // namespace litewright
