// REAL, IMAG and COMPLEX_ABS.
#pragma once

#include <complex>

#include "ops/elementwise.h"

namespace litewright {

inline void infer_complex_part(InferContext& c) {
  require_dtype(c, 0, {DType::kComplex64, DType::kComplex128});
  c.set_output(0, c.input_dtype(0) == DType::kComplex64 ? DType::kFloat32 : DType::kFloat64,
               c.input_shape(0));
}

// f(complex) for both precisions.
template <class F>
Kernel complex_part_kernel(const NodeContext& c, F f) {
  if (c.input_dtype(0) == DType::kComplex64) return map_kernel<std::complex<float>, float>(c, f);
  return map_kernel<std::complex<double>, double>(c, f);
}

}  // namespace litewright
