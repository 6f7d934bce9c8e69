// The functions of kernel.h over the vectors of the including file.
#pragma once

#include "kernels/unary/kernel.h"
#include "kernels/vector/vec.h"

namespace litewright {
namespace {

template <Vec (*kFunction)(Vec x, Vec p, Vec q)>
void apply(const float* in, float* out, int64_t n, float p, float q) {
  const Vec vp = splat(p), vq = splat(q);
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) store(out + i, kFunction(load(in + i), vp, vq));
  if (i < n) store_part(out + i, kFunction(load_part(in + i, n - i, 1.0f), vp, vq), n - i);
}

Vec clamp(Vec x, Vec p, Vec q) { return at_most(at_least(x, p), q); }
Vec leaky_relu(Vec x, Vec p, Vec) { return x > 0.0f ? x : x * p; }
Vec elu(Vec x, Vec, Vec) { return x < 0.0f ? exponential_minus_one(x) : x; }
Vec gelu(Vec x, Vec, Vec) {
  const Vec t = at_most(magnitude(x) * 0.707106781f, splat(10.0f));
  const Vec c = error_complement(t);
  return (0.5f * x) * (x < 0.0f ? c : 2.0f - c);
}
Vec gelu_tanh(Vec x, Vec, Vec) {
  const Vec inner = 1.59576912f * (x + 0.044715f * (x * x * x));
  return x < -1e4f ? Vec{} : x * sigmoid(inner);
}
Vec logistic(Vec x, Vec, Vec) { return sigmoid(x); }
Vec tanh_of(Vec x, Vec, Vec) { return hyperbolic_tangent(x); }
Vec hard_swish(Vec x, Vec, Vec) { return x * at_most(at_least(x + 3.0f, Vec{}), splat(6.0f)) / 6.0f; }
Vec exp_of(Vec x, Vec, Vec) { return exponential(x); }
Vec abs_of(Vec x, Vec, Vec) { return magnitude(x); }
Vec neg(Vec x, Vec, Vec) { return -x; }
Vec square(Vec x, Vec, Vec) { return x * x; }
Vec sqrt_of(Vec x, Vec, Vec) { return square_root(x); }
Vec rsqrt(Vec x, Vec, Vec) { return 1.0f / square_root(x); }
Vec floor_of(Vec x, Vec, Vec) {
  const Vec r = nearest(x);
  return with_sign(magnitude(r > x ? r - 1.0f : r), x);
}
Vec ceil_of(Vec x, Vec, Vec) {
  const Vec r = nearest(x);
  return with_sign(magnitude(r < x ? r + 1.0f : r), x);
}
Vec round_of(Vec x, Vec, Vec) { return nearest(x); }
Vec affine(Vec x, Vec p, Vec q) { return x * p + q; }
Vec swish(Vec x, Vec, Vec) { return x * sigmoid(x); }

// In the order of UnaryOp.
#define LITEWRIGHT_UNARY_FUNCTIONS                                                                     \
  {                                                                                                    \
    apply<clamp>, apply<leaky_relu>, apply<elu>, apply<gelu>, apply<gelu_tanh>, apply<logistic>,       \
        apply<tanh_of>, apply<hard_swish>, apply<exp_of>, apply<abs_of>, apply<neg>, apply<square>,    \
        apply<sqrt_of>, apply<rsqrt>, apply<floor_of>, apply<ceil_of>, apply<round_of>, apply<affine>, \
        apply<swish>                                                                                   \
  }

}  // namespace
}  // namespace litewright
