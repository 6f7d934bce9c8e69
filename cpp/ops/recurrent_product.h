// Rows of float activations times constant weights, as recurrent operators need them: the weights of several
// gates side by side, float, or int8 with the rows quantized as they come.
#pragma once

#include <memory>
#include <vector>

#include "kernels/f32_gemm/f32_gemm.h"
#include "kernels/int_gemm/int_gemm.h"
#include "kernels/recurrent/recurrent.h"
#include "kernels/row_ops/row_ops.h"
#include "ops/op_def.h"

namespace litewright {

class RecurrentProduct {
 public:
  RecurrentProduct() = default;
  // The constant operands `weights`, each [columns, depth], side by side. `biases`: none, or an operand for
  // each of the weights. `max_rows`: the most rows a call usually brings.
  RecurrentProduct(PrepareContext& c, const std::vector<int>& weights, const std::vector<int>& biases,
                   bool asymmetric, int64_t max_rows);

  int64_t columns() const { return columns_; }
  // out[r] = x[r] * W + bias. Strides count elements.
  void assign(RunContext& c, int64_t rows, const float* x, int64_t x_stride, float* out,
              int64_t out_stride) const;
  // out[r] += x[r] * W
  void accumulate(RunContext& c, int64_t rows, const float* x, int64_t x_stride, float* out,
                  int64_t out_stride) const;

 private:
  struct Packed;
  void multiply_float(RunContext& c, int64_t rows, const float* x, int64_t x_stride, float* out,
                      int64_t out_stride) const;

  bool hybrid_ = false, asymmetric_ = false;
  int64_t columns_ = 0, depth_ = 0, chunk_ = 0;
  int products_ = -1, quantized_ = -1, row_ = -1;  // scratch
  F32GemmKernel f32_gemm_ = {};
  IntGemmKernel int_gemm_ = {};
  RowOps row_ops_ = {};
  RecurrentOps ops_ = {};
  std::shared_ptr<const Packed> packed_;
};

// The variants that `c` asks for: the plain ones for reference().
inline Isa recurrent_isa(const PrepareContext& c) { return c.reference() ? Isa::kPortable : c.isa(); }

// A row of int8 values as `kernel` takes it, with zeros behind the last one.
void copy_int8_row(const IntGemmKernel& kernel, const RowOps& ops, int64_t depth, const int8_t* x,
                   uint8_t* row);

// Applies the activation of a recurrent operator. Error for one it does not have.
void check_recurrent_activation(const NodeContext& c, Activation activation);
void apply_recurrent_activation(Activation activation, const RecurrentOps& ops, int64_t n, float* x);

// The elements of a constant operand as floats: float32, or int8 times its scale.
std::vector<float> constant_floats(const PrepareContext& c, int operand);

}  // namespace litewright
