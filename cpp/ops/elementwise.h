// What operators that work element by element share.
#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <initializer_list>

#include "core/float16.h"
#include "kernels/unary/kernel.h"
#include "ops/fixed_point.h"
#include "ops/op_def.h"

namespace litewright {

// Output 0 has the dtype and shape of input 0.
void infer_unary(InferContext& c);

// A float function on a block.
BlockFunction unary_follower(const PrepareContext& c, UnaryOp op, float p = 0, float q = 0);
template <UnaryOp kOp>
BlockFunction follow_unary(PrepareContext& c, int) {
  return unary_follower(c, kOp);
}

[[noreturn]] void refuse_dtype(const NodeContext& c, int input = 0);
void require_dtype(const NodeContext& c, int input, std::initializer_list<DType> dtypes);

// The scale and zero point of an operand; Error if it is not quantized per tensor.
ScaleZero input_scale(const NodeContext& c, int i = 0);
ScaleZero output_scale(const NodeContext& c, int i = 0);
// 16-bit activations have zero points of 0.
void require_zero_points_of_zero(const NodeContext& c, std::initializer_list<int> inputs);

// f(begin, end) over [0, n) on the pool, in pieces worth a thread.
template <class F>
void for_ranges(RunContext& r, int64_t n, const F& f, int64_t grain = 16384) {
  r.pool().parallel_for(n, grain, f);
}

// out = f(in) for every element.
template <class In, class Out = In, class F>
Kernel map_kernel(const NodeContext& c, F f) {
  return [n = num_elements(c.input_shape(0)), f](RunContext& r) {
    const In* in = r.in<In>(0);
    Out* out = r.out<Out>(0);
    for_ranges(r, n, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) out[i] = f(in[i]);
    });
    return Status();
  };
}

// A copy of input 0, for what changes nothing.
Kernel copy_kernel(const NodeContext& c);

// A vector kernel over float32, or over float16 and bfloat16 by way of float32.
Kernel float_kernel(const PrepareContext& c, UnaryOp op, float p = 0, float q = 0);
// The same for any function of floats.
Kernel float_function_kernel(const PrepareContext& c, const std::function<float(float)>& f);

// 8-bit input 0 and 8-bit output through a table of f, which maps stored values; results are clamped to the
// output's type.
Kernel table_kernel(const NodeContext& c, const std::function<int64_t(int32_t stored)>& f);
// The same for a function of real numbers, in float arithmetic: dequantize, f, round halves away.
Kernel real_table_kernel(const NodeContext& c, const std::function<float(float)>& f);

// f of real numbers over 16-bit input and output, as the reference has it: 513 values of f and straight lines
// between.
Kernel real_table16_kernel(const NodeContext& c, const std::function<float(float)>& f);
// The table behind it: q(f(s)) at s = input_scale * (-32768 + 128 * i - input_zero), corrected towards the
// midpoints.
std::vector<int16_t> table16(double input_scale, int32_t input_zero, double output_scale, int32_t output_zero,
                             const std::function<double(double)>& f, bool in_double = false);
int16_t look_up16(const int16_t* table, int16_t value);

// `kernel`, or an Error status with `message` where the input has values below `lowest`.
template <class T>
Kernel refuse_below(const NodeContext& c, int32_t lowest, const char* message, Kernel kernel) {
  return [n = num_elements(c.input_shape(0)), lowest, message, kernel = std::move(kernel)](RunContext& r) {
    const T* in = r.in<T>(0);
    for (int64_t i = 0; i < n; ++i) {
      if (in[i] < lowest) return Status::error(message);
    }
    return kernel(r);
  };
}

inline int32_t clamp_to(int64_t v, IntRange range) {
  return static_cast<int32_t>(v < range.min ? range.min : v > range.max ? range.max : v);
}

}  // namespace litewright
