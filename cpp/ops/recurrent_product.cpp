#include "ops/recurrent_product.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "ops/fixed_point.h"
#include "ops/linear/quantized.h"
#include "runtime/aligned_buffer.h"

namespace litewright {

struct RecurrentProduct::Packed {
  AlignedBuffer weights;
  std::vector<int32_t> sums;       // per column, of int8 weights
  std::vector<float> scale, bias;  // per column, of int8 weights
};

namespace {

constexpr float kHighest = std::numeric_limits<float>::infinity();
constexpr int64_t kSplitWork = 1 << 18;  // products worth a thread

// Splits `columns` in whole tiles over the threads: body(first, count).
template <class Body>
void for_columns(ThreadPool& pool, int64_t columns, int64_t tile, int64_t work_per_column, const Body& body) {
  const int64_t tiles = (columns + tile - 1) / tile;
  const int64_t grain = std::max<int64_t>(1, kSplitWork / std::max<int64_t>(1, tile * work_per_column));
  pool.parallel_for(tiles, grain, [&](int64_t begin, int64_t end) {
    body(begin * tile, std::min(end * tile, columns) - begin * tile);
  });
}

const int8_t* int8_weights(const PrepareContext& c, int operand) {
  if (c.input_dtype(operand) == DType::kUInt8) {  // older files say uint8 and mean int8
    return reinterpret_cast<const int8_t*>(c.values<uint8_t>(operand).data());
  }
  return c.values<int8_t>(operand).data();
}

}  // namespace

RecurrentProduct::RecurrentProduct(PrepareContext& c, const std::vector<int>& weights,
                                   const std::vector<int>& biases, bool asymmetric, int64_t max_rows)
    : hybrid_(c.input_dtype(weights[0]) != DType::kFloat32), asymmetric_(asymmetric) {
  const Isa isa = recurrent_isa(c);
  f32_gemm_ = f32_gemm_kernels().best(isa);
  int_gemm_ = int_gemm_kernels().best(isa);
  row_ops_ = row_ops_variants().best(isa);
  ops_ = recurrent_ops_variants().best(isa);
  depth_ = c.input_shape(weights[0])[1];
  bool constant = true;
  std::string variant = hybrid_ ? int_gemm_.name : f32_gemm_.name;
  for (size_t p = 0; p < weights.size(); ++p) {
    columns_ += c.input_shape(weights[p])[0];
    for (int operand : {weights[p], biases.empty() ? -1 : biases[p]}) {
      if (operand < 0) continue;
      constant = constant && c.input(operand).tensor->is_constant;
      variant += concat(' ', static_cast<const void*>(c.input(operand).data));
    }
  }
  const auto pack = [&] {
    Packed packed;
    std::vector<float> all, bias;
    std::vector<int8_t> all8;
    for (size_t p = 0; p < weights.size(); ++p) {
      const int64_t n = c.input_shape(weights[p])[0];
      if (hybrid_) {
        const int8_t* from = int8_weights(c, weights[p]);
        all8.insert(all8.end(), from, from + n * depth_);
        packed.scale.insert(packed.scale.end(), n,
                            per_tensor_quantization(*c.input(weights[p]).tensor).scale);
      } else {
        const auto from = c.values<float>(weights[p]);
        all.insert(all.end(), from.begin(), from.end());
      }
      if (biases.empty()) {
        bias.insert(bias.end(), n, 0.0f);
      } else {
        const auto from = c.values<float>(biases[p]);
        bias.insert(bias.end(), from.begin(), from.end());
      }
    }
    if (hybrid_) {
      packed.weights.reserve(static_cast<size_t>(int_gemm_packed_size(int_gemm_, columns_, depth_)));
      packed.sums.resize(columns_);
      int_gemm_pack(int_gemm_, columns_, depth_, all8.data(), depth_, 1, nullptr, 0,
                    reinterpret_cast<int8_t*>(packed.weights.data()), packed.sums.data());
      packed.bias = std::move(bias);
    } else {
      packed.weights.reserve(sizeof(float) * f32_gemm_packed_size(f32_gemm_.nr, columns_, depth_));
      f32_gemm_pack(f32_gemm_.nr, columns_, depth_, all.data(), depth_, 1, bias.data(),
                    reinterpret_cast<float*>(packed.weights.data()));
    }
    return packed;
  };
  packed_ = constant ? c.packed<Packed>(weights[0], variant, pack) : std::make_shared<const Packed>(pack());
  chunk_ = std::clamp<int64_t>(max_rows, 1, 56);
  products_ = c.add_scratch(static_cast<size_t>(chunk_ * columns_) * sizeof(float));
  if (hybrid_) {
    quantized_ = c.add_scratch(static_cast<size_t>(chunk_ * int_gemm_.row_bytes(depth_)));
    row_ = c.add_scratch(static_cast<size_t>(depth_));
  }
}

void RecurrentProduct::multiply_float(RunContext& c, int64_t rows, const float* x, int64_t x_stride,
                                      float* out, int64_t out_stride) const {
  const float* b = reinterpret_cast<const float*>(packed_->weights.data());
  for_columns(c.pool(), columns_, f32_gemm_.nr, rows * depth_, [&](int64_t first, int64_t count) {
    f32_gemm_.function(rows, count, depth_, x, x_stride, b + f32_gemm_packed_offset(first, depth_),
                       out + first, out_stride, -kHighest, kHighest);
  });
}

void RecurrentProduct::assign(RunContext& c, int64_t rows, const float* x, int64_t x_stride, float* out,
                              int64_t out_stride) const {
  if (!hybrid_) return multiply_float(c, rows, x, x_stride, out, out_stride);
  for (int64_t r = 0; r < rows; ++r) {
    std::copy_n(packed_->bias.data(), columns_, out + r * out_stride);
  }
  accumulate(c, rows, x, x_stride, out, out_stride);
}

void RecurrentProduct::accumulate(RunContext& c, int64_t rows, const float* x, int64_t x_stride, float* out,
                                  int64_t out_stride) const {
  for (int64_t start = 0; start < rows; start += chunk_) {
    const int64_t count = std::min(chunk_, rows - start);
    const float* from = x + start * x_stride;
    float* to = out + start * out_stride;
    if (!hybrid_) {
      float* products = c.scratch<float>(products_);
      multiply_float(c, count, from, x_stride, products, columns_);
      for (int64_t r = 0; r < count; ++r) ops_.add(columns_, products + r * columns_, to + r * out_stride);
      continue;
    }
    int32_t* products = c.scratch<int32_t>(products_);
    uint8_t* quantized = c.scratch<uint8_t>(quantized_);
    int8_t* row = c.scratch<int8_t>(row_);
    const int64_t row_bytes = int_gemm_.row_bytes(depth_);
    RowScale scales[56];
    for (int64_t r = 0; r < count; ++r) {
      scales[r] = quantize_row(row_ops_, asymmetric_, depth_, from + r * x_stride, row);
      copy_int8_row(int_gemm_, row_ops_, depth_, row, quantized + r * row_bytes);
    }
    const int8_t* b = reinterpret_cast<const int8_t*>(packed_->weights.data());
    for_columns(c.pool(), columns_, int_gemm_.nr, count * depth_, [&](int64_t first, int64_t n) {
      int_gemm_.multiply(count, n, depth_, quantized, row_bytes,
                         b + int_gemm_packed_offset(int_gemm_, first, depth_), products + first, columns_);
      for (int64_t r = 0; r < count; ++r) {
        ops_.add_dequantized(n, products + r * columns_ + first, packed_->sums.data() + first, scales[r].zero,
                             scales[r].scale, packed_->scale.data() + first, to + r * out_stride + first);
      }
    });
  }
}

void copy_int8_row(const IntGemmKernel& kernel, const RowOps& ops, int64_t depth, const int8_t* x,
                   uint8_t* row) {
  if (kernel.a == IntGemmA::kInt8) {
    std::memcpy(row, x, static_cast<size_t>(depth));
  } else if (kernel.a == IntGemmA::kUInt8) {
    ops.s8_to_u8(depth, x, row);
  } else {
    ops.s8_to_s16(depth, x, reinterpret_cast<int16_t*>(row));
  }
  const int64_t used = depth * kernel.a_size();
  std::memset(row + used, 0, static_cast<size_t>(kernel.row_bytes(depth) - used));
}

void check_recurrent_activation(const NodeContext& c, Activation activation) {
  if (activation < Activation::kNone || activation > Activation::kSignBit) {
    c.fail("the activation ", static_cast<int>(activation), " is not known");
  }
}

void apply_recurrent_activation(Activation activation, const RecurrentOps& ops, int64_t n, float* x) {
  if (activation == Activation::kTanh) return ops.tanh(n, x);
  if (activation == Activation::kNone) return;
  if (activation == Activation::kSignBit) {
    for (int64_t j = 0; j < n; ++j) x[j] = std::signbit(x[j]) ? 1.0f : 0.0f;
    return;
  }
  const auto range = activation_range<float>(activation);
  for (int64_t j = 0; j < n; ++j) x[j] = std::min(std::max(x[j], range.min), range.max);
}

std::vector<float> constant_floats(const PrepareContext& c, int operand) {
  if (c.input_dtype(operand) == DType::kFloat32) {
    const auto values = c.values<float>(operand);
    return {values.begin(), values.end()};
  }
  const int8_t* from = int8_weights(c, operand);
  const float scale = per_tensor_quantization(*c.input(operand).tensor).scale;
  std::vector<float> values(from, from + c.input(operand).bytes);
  for (float& value : values) value *= scale;
  return values;
}

}  // namespace litewright
