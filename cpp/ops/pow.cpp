#include <cmath>
#include <limits>

#include "ops/binary.h"

namespace litewright {
namespace {

// By way of double; what does not fit is the lowest integer.
int32_t integer_power(int32_t base, int32_t exponent) {
  const double power = std::pow(static_cast<double>(base), static_cast<double>(exponent));
  return std::abs(power) < 2147483648.0 ? static_cast<int32_t>(power) : std::numeric_limits<int32_t>::min();
}

Kernel prepare(PrepareContext& c) {
  if (c.input_dtype(0) == DType::kFloat32) {
    return binary_kernel<float>(c, [](float a, float b) { return std::pow(a, b); });
  }
  require_dtype(c, 0, {DType::kInt32});
  return [power = binary_kernel<int32_t>(c, integer_power)](RunContext& r) {
    const int32_t* exponents = r.in<int32_t>(1);
    const auto negative = [](int32_t exponent) { return exponent < 0; };
    if (std::any_of(exponents, exponents + num_elements(r.input_shape(1)), negative)) {
      return Status::error("POW does not support negative value for int32.");
    }
    return power(r);
  };
}

}  // namespace

extern const OpDef kPow;
const OpDef kPow = {
    .code = BuiltinOp::kPow,
    .inputs = {{"x"}, {"y"}},
    .options = &schema_of<PowOptions>(),
    .infer = infer_binary,
    .prepare = prepare,
    .types = "float32, int32",
};

}  // namespace litewright
