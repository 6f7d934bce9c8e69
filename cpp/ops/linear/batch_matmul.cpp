#include "ops/linear/batch_matmul.h"

#include "ops/linear/conv.h"
#include "ops/linear/int_rows.h"
#include "ops/linear/matmul.h"
#include "ops/linear/quantized.h"

namespace litewright {
namespace {

// finish(product, row, column, sum) for every output, in plain loops.
template <class Sum, class X, class Y, class Finish>
void plain_products(const BatchProduct& batch, const X* x, Sum x_zero, const Y* y, Sum y_zero,
                    const Finish& finish) {
  for (size_t p = 0; p < batch.x.size(); ++p) {
    const X* a = x + batch.x[p] * batch.m * batch.k;
    const Y* b = y + batch.y[p] * batch.n * batch.k;
    for (int64_t i = 0; i < batch.m; ++i) {
      for (int64_t j = 0; j < batch.n; ++j) {
        Sum sum = 0;
        for (int64_t d = 0; d < batch.k; ++d) {
          sum += (static_cast<Sum>(a[i * batch.x_row_stride() + d * batch.x_depth_stride()]) - x_zero) *
                 (static_cast<Sum>(b[d * batch.y_depth_stride() + j * batch.y_column_stride()]) - y_zero);
        }
        finish(static_cast<int64_t>(p), i, j, sum);
      }
    }
  }
}

// Rows of a left matrix, one after the other.
template <class T>
void copy_rows(const BatchProduct& batch, const T* matrix, int64_t first, int64_t count, T* to) {
  for (int64_t i = 0; i < count; ++i) {
    for (int64_t d = 0; d < batch.k; ++d) {
      to[i * batch.k + d] = matrix[(first + i) * batch.x_row_stride() + d * batch.x_depth_stride()];
    }
  }
}

// `stage` has one channel, or one for every column.
template <class X, class Y = X>
Kernel int_plain(const BatchProduct& batch, OutputStage stage, int32_t x_zero, int32_t y_zero) {
  using Sum = std::conditional_t<sizeof(X) == 1, int32_t, int64_t>;
  const int64_t step = stage.fixed.size() > 1 ? 1 : 0;
  return [=, stage = std::move(stage)](RunContext& run) {
    plain_products<Sum>(
        batch, run.in<X>(0), x_zero, run.in<Y>(1), y_zero, [&](int64_t p, int64_t i, int64_t j, Sum sum) {
          run.out<X>(0)[(p * batch.m + i) * batch.n + j] = static_cast<X>(stage.reference(sum, j * step));
        });
    return Status();
  };
}

// The sums themselves, of the stored values.
Kernel int_sums(const BatchProduct& batch) {
  return [=](RunContext& run) {
    plain_products<int32_t>(batch, run.in<int8_t>(0), 0, run.in<int8_t>(1), 0,
                            [&](int64_t p, int64_t i, int64_t j, int32_t sum) {
                              run.out<int32_t>(0)[(p * batch.m + i) * batch.n + j] = sum;
                            });
    return Status();
  };
}

Kernel int8_fast(PrepareContext& context, const BatchProduct& batch, OutputStage stage, int32_t x_zero,
                 int32_t y_zero) {
  const Isa isa = context.isa();
  const IntGemmKernel& kernel = int_gemm_kernels().best(isa);
  const RowOps& ops = row_ops_variants().best(isa);
  const auto [m, n, k] = std::tuple(batch.m, batch.n, batch.k);
  const int64_t row_bytes = kernel.row_bytes(k);
  const MatmulBlocks blocks(m, n, k, row_bytes, kernel.mr, kernel.nr, context.num_threads());
  const int scratch = context.add_scratch(blocks.parts * blocks.block_bytes(row_bytes));
  const int rows = context.add_scratch(batch.adj_x ? m * k : 0);
  const auto packed = std::make_shared<PackedInt>(
      pack_int(isa, false, n, k, std::vector<int8_t>(n * k).data(), k, 1, nullptr, x_zero));
  const std::vector<float> scale(n, stage.scale[0]);
  return [=, &kernel, &ops](RunContext& run) {
    for (size_t p = 0; p < batch.x.size(); ++p) {
      const int8_t* a = run.in<int8_t>(0) + batch.x[p] * m * k;
      if (batch.adj_x) {
        copy_rows(batch, a, 0, m, run.scratch<int8_t>(rows));
        a = run.scratch<int8_t>(rows);
      }
      repack_int(*packed, run.in<int8_t>(1) + batch.y[p] * n * k, batch.y_column_stride(),
                 batch.y_depth_stride(), nullptr, x_zero);
      const auto rows_at = [&](int64_t first, int64_t count, uint8_t* to, int64_t bytes) {
        return dense_int_rows(kernel, ops, a, first, count, m, k, to, bytes);
      };
      const auto finish = [&](int64_t row, int64_t count, int64_t column, int64_t columns, int32_t* sums,
                              int64_t stride, const IntRows& room) {
        if (y_zero != 0) correct_weight_zero(kernel, count, columns, k, room, x_zero, y_zero, sums, stride);
        ops.requantize_s8(count, columns, sums, stride,
                          {scale.data(), stage.zero, stage.range.min, stage.range.max},
                          run.out<int8_t>(0) + (p * m + row) * n + column, n);
      };
      int_matmul(run.pool(), *packed, blocks, rows_at, finish, run.scratch<uint8_t>(scratch));
    }
    return Status();
  };
}

}  // namespace

Kernel prepare_float_batch(PrepareContext& context, const BatchProduct& batch) {
  if (context.reference()) {
    return [=](RunContext& run) {
      plain_products<float>(batch, run.in<float>(0), 0.0f, run.in<float>(1), 0.0f,
                            [&](int64_t p, int64_t i, int64_t j, float sum) {
                              run.out<float>(0)[(p * batch.m + i) * batch.n + j] = sum;
                            });
      return Status();
    };
  }
  const Isa isa = context.isa();
  const F32GemmKernel& gemm = f32_gemm_kernels().best(isa);
  const auto [m, n, k] = std::tuple(batch.m, batch.n, batch.k);
  const MatmulBlocks blocks(m, n, k, k * sizeof(float), gemm.mr, gemm.nr, context.num_threads());
  const int scratch =
      batch.adj_x ? context.add_scratch(blocks.parts * blocks.block_bytes(k * sizeof(float))) : -1;
  const auto pack_one = [=](const float* y, int64_t index, PackedF32& to) {
    f32_gemm_pack(to.kernel->nr, n, k, y + index * n * k, batch.y_column_stride(), batch.y_depth_stride(),
                  nullptr, reinterpret_cast<float*>(to.data->data()));
  };
  const auto room = [=, &gemm] {
    return PackedF32{&gemm, n, k,
                     std::make_shared<AlignedBuffer>(f32_gemm_packed_size(gemm.nr, n, k) * sizeof(float))};
  };
  std::shared_ptr<const std::vector<PackedF32>> ready;
  if (context.is_known(1)) {
    const float* y = reinterpret_cast<const float*>(context.input(1).data);
    ready = context.packed<std::vector<PackedF32>>(
        1, concat(gemm.name, '/', batch.adj_y, to_string(context.input_shape(1))), [&] {
          std::vector<PackedF32> all;
          for (int64_t i = 0; i < batch.y_count; ++i) pack_one(y, i, all.emplace_back(room()));
          return all;
        });
  }
  const auto own = std::make_shared<PackedF32>(ready ? PackedF32{} : room());
  return [=](RunContext& run) {
    for (size_t p = 0; p < batch.x.size(); ++p) {
      if (!ready) pack_one(run.in<float>(1), batch.y[p], *own);
      const float* a = run.in<float>(0) + batch.x[p] * m * k;
      const auto rows_at = [&](int64_t first, int64_t count, float* to) {
        if (!batch.adj_x) return a + first * k;
        copy_rows(batch, a, first, count, to);
        return static_cast<const float*>(to);
      };
      constexpr float kInfinity = std::numeric_limits<float>::infinity();
      f32_matmul(run.pool(), ready ? (*ready)[batch.y[p]] : *own, blocks, rows_at,
                 run.out<float>(0) + p * m * n, n, -kInfinity, kInfinity,
                 batch.adj_x ? run.scratch<uint8_t>(scratch) : nullptr);
    }
    return Status();
  };
}

Kernel prepare_hybrid_batch(PrepareContext& context, const BatchProduct& batch, bool asymmetric) {
  const Isa isa = context.isa();
  const RowOps& ops = row_ops_variants().best(isa);
  const IntGemmKernel& kernel = int_gemm_kernels().best(isa);
  const auto [m, n, k] = std::tuple(batch.m, batch.n, batch.k);
  const std::vector<float> scale(n, channel_scales(context, 1, 1)[0]), zeros(n);
  const int64_t row_bytes = kernel.row_bytes(k);
  const MatmulBlocks blocks(m, n, k, row_bytes, kernel.mr, kernel.nr, context.num_threads());
  const int scratch = context.add_scratch(blocks.parts * blocks.block_bytes(row_bytes));
  const int row = context.add_scratch(k * sizeof(float));
  const int quantized = context.add_scratch(batch.x_count * m * k);
  const int row_scale = context.add_scratch(batch.x_count * m * sizeof(float));
  const int row_zero = context.add_scratch(batch.x_count * m * sizeof(int32_t));
  const GroupWeights<PackedInt> weights(
      context, 1, -1, concat(kernel.name, "/hybrid/", batch.adj_y), [=](const uint8_t* data, const void*) {
        std::vector<PackedInt> packed;
        for (int64_t i = 0; i < batch.y_count; ++i) {
          packed.push_back(pack_int(isa, false, n, k, reinterpret_cast<const int8_t*>(data) + i * n * k,
                                    batch.y_column_stride(), batch.y_depth_stride(), nullptr, 0));
        }
        return packed;
      });
  return [=, &ops, &kernel](RunContext& run) {
    int8_t* stored = run.scratch<int8_t>(quantized);
    float* row_scales = run.scratch<float>(row_scale);
    int32_t* row_zeros = run.scratch<int32_t>(row_zero);
    for (int64_t i = 0; i < batch.x_count * m; ++i) {
      const float* x = run.in<float>(0) + i / m * m * k;
      copy_rows(batch, x, i % m, 1, run.scratch<float>(row));
      const RowScale result = quantize_row(ops, asymmetric, k, run.scratch<float>(row), stored + i * k);
      row_scales[i] = result.scale, row_zeros[i] = result.zero;
    }
    const auto packed = weights.get(run);
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    for (size_t p = 0; p < batch.x.size(); ++p) {
      const PackedInt& b = (*packed)[batch.y[p]];
      const int64_t first_row = batch.x[p] * m;
      const auto rows_at = [&](int64_t first, int64_t count, uint8_t* to, int64_t bytes) {
        return dense_int_rows(kernel, ops, stored + first_row * k, first, count, m, k, to, bytes);
      };
      const auto finish = [&](int64_t first, int64_t count, int64_t column, int64_t columns,
                              const int32_t* sums, int64_t stride, const IntRows&) {
        const Dequantization to{b.sums.data() + column,
                                scale.data() + column,
                                zeros.data(),
                                row_scales + first_row + first,
                                row_zeros + first_row + first,
                                1,
                                -kInfinity,
                                kInfinity};
        ops.dequantize(count, columns, sums, stride, to, run.out<float>(0) + (p * m + first) * n + column, n);
      };
      int_matmul(run.pool(), b, blocks, rows_at, finish, run.scratch<uint8_t>(scratch));
    }
    return Status();
  };
}

Kernel prepare_int_batch(PrepareContext& context, const BatchProduct& batch) {
  if (context.output(0).dtype == DType::kInt32) return int_sums(batch);
  const ScaleZero x = per_tensor_quantization(*context.input(0).tensor);
  const ScaleZero out = per_tensor_quantization(*context.output(0).tensor);
  OutputStage stage;
  stage.zero = out.zero;
  stage.range = quantized_type_range(context.output_dtype(0));
  const auto add_channel = [&](float y_scale) {
    stage.real.push_back(static_cast<double>(x.scale * y_scale) / static_cast<double>(out.scale));
    stage.scale.push_back(x.scale * y_scale / out.scale);
    stage.fixed.push_back(quantize_multiplier(stage.real.back()));
  };
  // LiteRT reads the scale 0 from an operand with a scale per channel; files are made and tested against
  // that.
  const bool per_channel = context.input_quantization(1).per_channel();
  const ScaleZero y = per_channel ? ScaleZero{0.0f, 0} : per_tensor_quantization(*context.input(1).tensor);
  add_channel(y.scale);
  if (context.input_dtype(0) == DType::kInt16) {
    if (x.zero != 0 || y.zero != 0 || out.zero != 0)
      context.fail("16-bit tensors should have the zero point 0");
    return context.input_dtype(1) == DType::kInt8 ? int_plain<int16_t, int8_t>(batch, stage, 0, 0)
                                                  : int_plain<int16_t>(batch, stage, 0, 0);
  }
  return context.reference() ? int_plain<int8_t>(batch, stage, x.zero, y.zero)
                             : int8_fast(context, batch, stage, x.zero, y.zero);
}

}  // namespace litewright
