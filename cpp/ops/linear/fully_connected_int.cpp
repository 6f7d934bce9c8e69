// Products of integer rows with integer weights.
#include "ops/linear/conv.h"
#include "ops/linear/fully_connected.h"
#include "ops/linear/int_rows.h"
#include "ops/linear/matmul.h"
#include "ops/linear/quantized.h"

namespace litewright {
namespace {

int64_t bias_at(const RunContext& run, int64_t channel) {
  if (!run.has_input(2)) return 0;
  return run.input_dtype(2) == DType::kInt64 ? run.in<int64_t>(2)[channel] : run.in<int32_t>(2)[channel];
}

int32_t rounded_once(const OutputStage& stage, int64_t sum, int64_t channel) {
  return stage.finish(static_cast<int64_t>(round_half_away(static_cast<double>(sum) * stage.real[channel])));
}

template <class In, class Weight, class Out>
Kernel reference(const ProductShape& shape, OutputStage stage, int32_t in_zero, int32_t weight_zero,
                 bool small_sums) {
  return [=](RunContext& run) {
    const auto [rows, n, k] = shape;
    for (int64_t i = 0; i < rows; ++i) {
      for (int64_t j = 0; j < n; ++j) {
        const In* a = run.in<In>(0) + i * k;
        const Weight* b = run.in<Weight>(1) + j * k;
        int64_t sum = bias_at(run, j);
        for (int64_t d = 0; d < k; ++d) sum += int64_t{a[d] - in_zero} * (b[d] - weight_zero);
        run.out<Out>(0)[i * n + j] =
            static_cast<Out>(sizeof(In) == 2 && small_sums ? stage.reference(static_cast<int32_t>(sum), j)
                                                           : rounded_once(stage, sum, j));
      }
    }
    return Status();
  };
}

template <class In>
Kernel fast(PrepareContext& context, const ProductShape& shape, OutputStage stage, int32_t stored_zero) {
  const auto [rows, n, k] = shape;
  const int32_t in_zero = std::is_signed_v<In> ? stored_zero : stored_zero - 128;
  const int32_t weight_zero =
      std::is_signed_v<In> ? 0 : per_tensor_quantization(*context.input(1).tensor).zero - 128;
  const Isa isa = context.isa();
  const DType dtype = context.input_dtype(1), out_dtype = context.output_dtype(0);
  const IntGemmKernel& kernel = int_gemm_kernels().best(isa);
  const RowOps& ops = row_ops_variants().best(isa);
  const GroupWeights<PackedInt> weights(
      context, 1, 2, concat(kernel.name, '/', in_zero), [=](const uint8_t* data, const void* bias) {
        const SignedWeights signed_weights(dtype, data, static_cast<size_t>(n * k));
        return std::vector{pack_int(isa, false, n, k, signed_weights.data(), k, 1,
                                    static_cast<const int32_t*>(bias), in_zero)};
      });
  const int64_t row_bytes = kernel.row_bytes(k);
  const MatmulBlocks blocks(rows, n, k, row_bytes, kernel.mr, kernel.nr, context.num_threads());
  const int scratch = context.add_scratch(blocks.parts * blocks.block_bytes(row_bytes));
  return [=, &ops, &kernel](RunContext& run) {
    const In* input = run.in<In>(0);
    const auto rows_at = [&](int64_t first, int64_t count, uint8_t* to, int64_t bytes) {
      return dense_int_rows(kernel, ops, input, first, count, rows, k, to, bytes);
    };
    const auto finish = [&](int64_t row, int64_t count, int64_t column, int64_t columns, int32_t* sums,
                            int64_t stride, const IntRows& a) {
      if (weight_zero != 0) {
        correct_weight_zero(kernel, count, columns, k, a, in_zero, weight_zero, sums, stride);
      }
      const Requantization to = stage.requantization(column);
      const int64_t at = row * n + column;
      if (out_dtype == DType::kInt8) {
        ops.requantize_s8(count, columns, sums, stride, to, run.out<int8_t>(0) + at, n);
      } else if (out_dtype == DType::kUInt8) {
        ops.requantize_u8(count, columns, sums, stride, to, run.out<uint8_t>(0) + at, n);
      } else {
        for (int64_t i = 0; i < count; ++i) {
          for (int64_t j = 0; j < columns; ++j) {
            run.out<int16_t>(0)[at + i * n + j] =
                static_cast<int16_t>(stage.reference(sums[i * stride + j], column + j));
          }
        }
      }
    };
    int_matmul(run.pool(), weights.get(run)->front(), blocks, rows_at, finish, run.scratch<uint8_t>(scratch));
    return Status();
  };
}

Kernel fast_int16(PrepareContext& context, const ProductShape& shape, OutputStage stage, bool small_sums) {
  const auto [rows, n, k] = shape;
  const Isa isa = context.isa();
  const IntGemmKernel& kernel = wide_kernel(isa, k);
  const GroupWeights<PackedInt> weights(
      context, 1, -1, concat(kernel.name, "/int16"), [=](const uint8_t* data, const void*) {
        return std::vector{
            pack_int(isa, true, n, k, reinterpret_cast<const int8_t*>(data), k, 1, nullptr, 0)};
      });
  const int64_t row_bytes = wide_row_bytes(kernel, k);
  const MatmulBlocks blocks(rows, n, k, row_bytes, kernel.mr, kernel.nr, context.num_threads());
  const int scratch = context.add_scratch(blocks.parts * blocks.block_bytes(row_bytes));
  return [=, &kernel](RunContext& run) {
    const auto packed = weights.get(run);
    const auto rows_at = [&](int64_t first, int64_t count, uint8_t* room) {
      const int16_t* from = run.in<int16_t>(0) + first * k;
      const IntRows there{reinterpret_cast<const uint8_t*>(from), 2 * k};
      if (kernel.a == IntGemmA::kInt8) return split_wide_rows(packed->front(), count, there, room);
      if (readable_in_place<int16_t>(kernel, k, row_bytes, rows - first - count)) return WideRows{there};
      for (int64_t i = 0; i < count; ++i) std::memcpy(room + i * row_bytes, from + i * k, 2 * k);
      return WideRows{{room, row_bytes}};
    };
    const auto finish = [&](int64_t row, int64_t count, int64_t column, int64_t columns, const int64_t* sums,
                            int64_t stride, const IntRows&) {
      for (int64_t i = 0; i < count; ++i) {
        for (int64_t j = 0; j < columns; ++j) {
          const int64_t c = column + j, sum = sums[i * stride + j] + bias_at(run, c);
          run.out<int16_t>(0)[(row + i) * n + c] = static_cast<int16_t>(
              small_sums ? stage.reference(static_cast<int32_t>(sum), c) : rounded_once(stage, sum, c));
        }
      }
    };
    wide_matmul(run.pool(), packed->front(), blocks, rows_at, finish, run.scratch<uint8_t>(scratch));
    return Status();
  };
}

}  // namespace

Kernel prepare_int_product(PrepareContext& context, const ProductShape& shape, Activation activation) {
  const OutputStage stage = output_stage(context, 0, 1, activation, shape.n);
  const int32_t in_zero = per_tensor_quantization(*context.input(0).tensor).zero;
  const bool wide_out = context.output_dtype(0) == DType::kInt16;
  switch (context.input_dtype(0)) {
    case DType::kInt8:
      if (!context.reference()) return fast<int8_t>(context, shape, stage, in_zero);
      return wide_out ? reference<int8_t, int8_t, int16_t>(shape, stage, in_zero, 0, true)
                      : reference<int8_t, int8_t, int8_t>(shape, stage, in_zero, 0, true);
    case DType::kUInt8: {
      if (!context.reference()) return fast<uint8_t>(context, shape, stage, in_zero);
      const int32_t weight_zero = per_tensor_quantization(*context.input(1).tensor).zero;
      return wide_out ? reference<uint8_t, uint8_t, int16_t>(shape, stage, in_zero, weight_zero, true)
                      : reference<uint8_t, uint8_t, uint8_t>(shape, stage, in_zero, weight_zero, true);
    }
    default: {
      if (in_zero != 0 || stage.zero != 0) context.fail("16-bit tensors should have the zero point 0");
      const bool small_sums = context.has_input(2) && context.input_dtype(2) == DType::kInt32;
      return context.reference() ? reference<int16_t, int8_t, int16_t>(shape, stage, 0, 0, small_sums)
                                 : fast_int16(context, shape, stage, small_sums);
    }
  }
}

Kernel prepare_shuffled_product(PrepareContext& context, const ProductShape& shape, Activation activation) {
  const OutputStage stage = output_stage(context, 0, 1, activation, shape.n);
  const auto [rows, n, k] = shape;
  if (n % 4 != 0 || k % 16 != 0)
    context.fail("shuffled weights [", n, ", ", k, "] should be multiples of [4, 16]");
  return [=](RunContext& run) {
    for (int64_t i = 0; i < rows; ++i) {
      const uint8_t* a = run.in<uint8_t>(0) + i * k;
      // Blocks of 4 outputs by 16 depths, the depths fastest; values with their highest bit flipped.
      const int8_t* b = run.in<int8_t>(1);
      for (int64_t j = 0; j < n; j += 4) {
        int32_t sums[4] = {};
        for (int64_t d = 0; d < k; d += 16) {
          for (int32_t& sum : sums) {
            for (int64_t e = 0; e < 16; ++e) sum += static_cast<int8_t>(a[d + e] ^ 0x80) * *b++;
          }
        }
        for (int64_t v = 0; v < 4; ++v) {
          const int32_t sum = sums[v] + static_cast<int32_t>(bias_at(run, j + v));
          run.out<int16_t>(0)[i * n + j + v] = static_cast<int16_t>(stage.reference(sum, j + v));
        }
      }
    }
    return Status();
  };
}

}  // namespace litewright
