// Products of float rows with float or integer weights.
#include "kernels/f32_gemv/f32_gemv.h"
#include "ops/fixed_point.h"
#include "ops/linear/conv.h"
#include "ops/linear/fully_connected.h"
#include "ops/linear/int_rows.h"
#include "ops/linear/matmul.h"
#include "ops/linear/quantized.h"

namespace litewright {
namespace {

constexpr int64_t kProductsPerThread = 100'000;

// Reads every weight once, where it lies.
Kernel prepare_one_row(PrepareContext& context, int64_t n, int64_t k, const ValueRange<float>& range) {
  const F32GemvKernel& gemv = f32_gemv_kernels().best(context.isa());
  const int64_t grain = kProductsPerThread / std::max<int64_t>(k, 1) + 1;
  return [=, &gemv](RunContext& run) {
    const float* bias = run.in_or_null<float>(2);
    run.pool().parallel_for(n, grain, [&](int64_t begin, int64_t end) {
      gemv.function(end - begin, k, run.in<float>(0), run.in<float>(1) + begin * k,
                    bias == nullptr ? nullptr : bias + begin, run.out<float>(0) + begin, range.min,
                    range.max);
    });
    return Status();
  };
}

}  // namespace

Kernel prepare_float_product(PrepareContext& context, const ProductShape& shape, Activation activation) {
  const ValueRange<float> range = activation_range<float>(activation);
  const auto [rows, n, k] = shape;
  if (context.reference()) {
    return [=](RunContext& run) {
      const float* bias = run.in_or_null<float>(2);
      for (int64_t i = 0; i < rows; ++i) {
        for (int64_t j = 0; j < n; ++j) {
          const float* a = run.in<float>(0) + i * k;
          const float* b = run.in<float>(1) + j * k;
          float sum = 0;
          for (int64_t d = 0; d < k; ++d) sum += a[d] * b[d];
          sum += bias == nullptr ? 0.0f : bias[j];
          run.out<float>(0)[i * n + j] = std::min(std::max(sum, range.min), range.max);
        }
      }
      return Status();
    };
  }
  const Isa isa = context.isa();
  if (rows == 1) return prepare_one_row(context, n, k, range);
  const F32GemmKernel& gemm = f32_gemm_kernels().best(isa);
  const GroupWeights<PackedF32> weights(
      context, 1, 2, gemm.name, [=, &pool = context.pool()](const uint8_t* data, const void* bias) {
        return std::vector{pack_f32(pool, isa, n, k, reinterpret_cast<const float*>(data), k, 1,
                                    static_cast<const float*>(bias))};
      });
  const MatmulBlocks blocks = MatmulBlocks::f32(rows, n, k, gemm, context.num_threads());
  return [=, after = context.take_followers()](RunContext& run) {
    const float* a = run.in<float>(0);
    f32_matmul(
        run.pool(), weights.get(run)->front(), blocks,
        [&](int64_t first, int64_t, float*) { return a + first * k; }, run.out<float>(0), n, range.min,
        range.max, nullptr, after);
    return Status();
  };
}

Kernel prepare_hybrid_product(PrepareContext& context, const ProductShape& shape, Activation activation,
                              bool asymmetric) {
  const ValueRange<float> range = activation_range<float>(activation);
  const auto [rows, n, k] = shape;
  const Isa isa = context.isa();
  const RowOps& ops = row_ops_variants().best(isa);
  const IntGemmKernel& kernel = int_gemm_kernels().best(isa);
  const GroupWeights<PackedInt> weights(
      context, 1, -1, concat(kernel.name, "/hybrid"), [=](const uint8_t* data, const void*) {
        return std::vector{
            pack_int(isa, false, n, k, reinterpret_cast<const int8_t*>(data), k, 1, nullptr, 0)};
      });
  const int64_t row_bytes = kernel.row_bytes(k);
  const MatmulBlocks blocks(rows, n, k, row_bytes, kernel.mr, kernel.nr, context.num_threads());
  const int quantized = context.add_scratch(rows * k), row_scale = context.add_scratch(rows * sizeof(float));
  const int row_zero = context.add_scratch(rows * sizeof(int32_t));
  const int scratch = context.add_scratch(blocks.parts * blocks.block_bytes(row_bytes));
  const std::vector<float> scales = channel_scales(context, 1, n), zeros(context.has_input(2) ? 0 : n);
  return [=, &ops, &kernel](RunContext& run) {
    int8_t* input = run.scratch<int8_t>(quantized);
    float* scale = run.scratch<float>(row_scale);
    int32_t* zero = run.scratch<int32_t>(row_zero);
    for (int64_t i = 0; i < rows; ++i) {
      const RowScale row = quantize_row(ops, asymmetric, k, run.in<float>(0) + i * k, input + i * k);
      scale[i] = row.scale, zero[i] = row.zero;
    }
    const auto packed = weights.get(run);
    const float* bias = run.has_input(2) ? run.in<float>(2) : zeros.data();
    const auto rows_at = [&](int64_t first, int64_t count, uint8_t* to, int64_t bytes) {
      return dense_int_rows(kernel, ops, input, first, count, rows, k, to, bytes);
    };
    const auto finish = [&](int64_t row, int64_t count, int64_t column, int64_t columns, const int32_t* sums,
                            int64_t stride, const IntRows&) {
      const Dequantization to{packed->front().sums.data() + column,
                              scales.data() + column,
                              bias + column,
                              scale + row,
                              zero + row,
                              1,
                              range.min,
                              range.max};
      ops.dequantize(count, columns, sums, stride, to, run.out<float>(0) + row * n + column, n);
    };
    int_matmul(run.pool(), packed->front(), blocks, rows_at, finish, run.scratch<uint8_t>(scratch));
    return Status();
  };
}

}  // namespace litewright
