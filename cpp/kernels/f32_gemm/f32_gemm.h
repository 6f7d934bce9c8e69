// Float matrix product with packed weights: C = clamp(A * B + bias).
#pragma once

#include <cstdint>

#include "kernels/kernel_table.h"

namespace litewright {

// Computes `rows` x `n` outputs. Row i of A starts at a + i * a_stride and has `k` elements; `b` is what
// f32_gemm_pack() made; strides count elements.
using F32GemmFunction = void (*)(int64_t rows, int64_t n, int64_t k, const float* a, int64_t a_stride,
                                 const float* b, float* c, int64_t c_stride, float lo, float hi);

// The same where a row of A is in `parts.count` parts of equal length, each `parts.stride` behind the one
// before: the lines of a window in an image.
struct F32Parts {
  int64_t count, stride;
};
using F32WindowsFunction = void (*)(int64_t rows, int64_t n, int64_t k, const F32Parts& parts, const float* a,
                                    int64_t a_stride, const float* b, float* c, int64_t c_stride, float lo,
                                    float hi);

struct F32GemmKernel {
  const char* name;
  Isa isa;
  F32GemmFunction function;
  F32WindowsFunction windows;
  int mr, nr;  // rows and columns of a full tile
};

KernelTable<F32GemmKernel> f32_gemm_kernels();

// Floats that the packed form of n x k weights takes: per `nr` columns the biases, then k groups of nr
// weights.
int64_t f32_gemm_packed_size(int nr, int64_t n, int64_t k);
// The same for the columns before `column`, which is a multiple of nr: where a part of the columns begins.
inline int64_t f32_gemm_packed_offset(int64_t column, int64_t k) { return column * (k + 1); }
// Element (column j, depth i) of B is b[j * column_stride + i * depth_stride]; a null `bias` is zero.
void f32_gemm_pack(int nr, int64_t n, int64_t k, const float* b, int64_t column_stride, int64_t depth_stride,
                   const float* bias, float* packed);

}  // namespace litewright
