// Integer convolutions: 8-bit activations, and 16-bit ones with 8-bit weights.
#include <optional>

#include "ops/linear/conv.h"
#include "ops/linear/int_rows.h"
#include "ops/linear/loops.h"
#include "ops/linear/matmul.h"
#include "ops/linear/quantized.h"
#include "ops/linear/strips.h"

namespace litewright {
namespace {

// Bias of a channel in sums of either size; absent: 0.
template <class Sum>
Sum bias_at(const RunContext& run, int64_t channel) {
  if (!run.has_input(2)) return 0;
  return run.input_dtype(2) == DType::kInt64 ? static_cast<Sum>(run.in<int64_t>(2)[channel])
                                             : static_cast<Sum>(run.in<int32_t>(2)[channel]);
}

template <class Sum, class In, class Weight>
Kernel reference(const ConvWindow& window, OutputStage stage, int32_t in_zero, int32_t weight_zero) {
  return [=](RunContext& run) {
    In* out = run.out<In>(0);
    conv_loops<Sum>(
        window, run.in<In>(0), [&](int64_t) { return in_zero; }, run.in<Weight>(1), Sum{weight_zero},
        [&](int64_t index, int64_t channel, int64_t, Sum sum) {
          out[index] = static_cast<In>(stage.reference(sum + bias_at<Sum>(run, channel), channel));
        });
    return Status();
  };
}

GroupWeights<PackedInt> pack_groups(PrepareContext& context, const ConvWindow& window, bool int16,
                                    int32_t zero, bool with_bias, int64_t parts = 1) {
  const Isa isa = context.isa();
  const DType dtype = context.input_dtype(1);
  return GroupWeights<PackedInt>(
      context, 1, with_bias ? 2 : -1, concat(isa_name(isa), int16, '/', window.groups, '/', zero, '/', parts),
      [=](const uint8_t* data, const void* bias) {
        const int64_t n = window.group_out();
        const SignedWeights weights(dtype, data, static_cast<size_t>(window.out_channels * window.depth()));
        std::vector<PackedInt> groups;
        for (int64_t g = 0; g < window.groups; ++g) {
          groups.push_back(pack_int(isa, int16, n, {window.depth() / parts, parts},
                                    weights.data() + g * n * window.weight_out_stride,
                                    window.weight_out_stride, window.weight_depth_stride(),
                                    bias == nullptr ? nullptr : static_cast<const int32_t*>(bias) + g * n,
                                    zero));
        }
        return groups;
      });
}

std::vector<Patches> group_patches(const ConvWindow& window) {
  std::vector<Patches> patches;
  for (int64_t g = 0; g < window.groups; ++g) patches.emplace_back(window, g * window.group_in());
  return patches;
}

template <class T>
Kernel fast_int8(PrepareContext& context, const ConvWindow& window, OutputStage stage, int32_t stored_zero) {
  const int32_t in_zero = std::is_signed_v<T> ? stored_zero : stored_zero - 128;
  const int32_t weight_zero =
      std::is_signed_v<T> ? 0 : per_tensor_quantization(*context.input(1).tensor).zero - 128;
  const IntGemmKernel& kernel = int_gemm_kernels().best(context.isa());
  const RowOps& ops = row_ops_variants().best(context.isa());
  const int64_t n = window.group_out(), k = window.depth(), row_bytes = kernel.row_bytes(k);
  const MatmulBlocks blocks(window.batch * window.out_pixels(), n, k, row_bytes, kernel.mr, kernel.nr,
                            context.num_threads());
  const bool in_strips = weight_zero == 0 && Strips::fit(window, kernel);
  const auto strips =
      in_strips ? std::make_optional<Strips>(window, kernel, context.num_threads()) : std::nullopt;
  const int64_t parts = in_strips ? strips->parts() : 1;
  const int scratch =
      context.add_scratch(in_strips ? strips->scratch_bytes() : blocks.parts * blocks.block_bytes(row_bytes));
  return [=, weights = pack_groups(context, window, false, in_zero, true, parts),
          patches = group_patches(window), &kernel, &ops](RunContext& run) {
    const auto packed = weights.get(run);
    for (int64_t g = 0; g < window.groups; ++g) {
      const auto pad = [&](int64_t) { return static_cast<T>(stored_zero); };
      const auto rows_at = [&](int64_t first, int64_t count, uint8_t* to, int64_t bytes) {
        return patch_int_rows(patches[g], kernel, ops, run.in<T>(0), first, count, to, bytes, pad);
      };
      const auto finish = [&](int64_t row, int64_t rows, int64_t column, int64_t columns, int32_t* sums,
                              int64_t stride, const IntRows& a) {
        if (weight_zero != 0) {
          correct_weight_zero(kernel, rows, columns, k, a, in_zero, weight_zero, sums, stride);
        }
        T* out = run.out<T>(0) + row * window.out_channels + g * n + column;
        const Requantization to = stage.requantization(g * n + column);
        if constexpr (std::is_signed_v<T>) {
          ops.requantize_s8(rows, columns, sums, stride, to, out, window.out_channels);
        } else {
          ops.requantize_u8(rows, columns, sums, stride, to, out, window.out_channels);
        }
      };
      if (in_strips) {
        strips->run(run.pool(), ops, run.in<T>(0), pad, (*packed)[g], run.scratch<uint8_t>(scratch), finish);
      } else {
        int_matmul(run.pool(), (*packed)[g], blocks, rows_at, finish, run.scratch<uint8_t>(scratch));
      }
    }
    return Status();
  };
}

}  // namespace

Kernel prepare_int8_conv(PrepareContext& context, const ConvWindow& window, Activation activation) {
  const OutputStage stage = output_stage(context, 0, 1, activation, window.out_channels);
  const int32_t in_zero = per_tensor_quantization(*context.input(0).tensor).zero;
  const bool is_signed = context.input_dtype(0) == DType::kInt8;
  if (context.reference() && is_signed) return reference<int32_t, int8_t, int8_t>(window, stage, in_zero, 0);
  if (context.reference()) {
    const int32_t weight_zero = per_tensor_quantization(*context.input(1).tensor).zero;
    return reference<int32_t, uint8_t, uint8_t>(window, stage, in_zero, weight_zero);
  }
  return is_signed ? fast_int8<int8_t>(context, window, stage, in_zero)
                   : fast_int8<uint8_t>(context, window, stage, in_zero);
}

Kernel prepare_int16_conv(PrepareContext& context, const ConvWindow& window, Activation activation) {
  const OutputStage stage = output_stage(context, 0, 1, activation, window.out_channels);
  if (per_tensor_quantization(*context.input(0).tensor).zero != 0 || stage.zero != 0) {
    context.fail("16-bit tensors should have the zero point 0");
  }
  const bool small_bias = context.has_input(2) && context.input_dtype(2) == DType::kInt32;
  if (context.reference()) {
    return small_bias ? reference<int32_t, int16_t, int8_t>(window, stage, 0, 0)
                      : reference<int64_t, int16_t, int8_t>(window, stage, 0, 0);
  }
  if (is_depthwise(window) && window.taps() <= kInt16GemmMaxDepth) {
    return prepare_int_depthwise(context, window, activation);
  }
  const int64_t n = window.group_out(), k = window.depth();
  const IntGemmKernel& kernel = wide_kernel(context.isa(), k);
  const int64_t row_bytes = wide_row_bytes(kernel, k);
  const MatmulBlocks blocks(window.batch * window.out_pixels(), n, k, row_bytes, kernel.mr, kernel.nr,
                            context.num_threads());
  const int scratch = context.add_scratch(blocks.parts * blocks.block_bytes(row_bytes));
  const RowOps& ops = row_ops_variants().best(context.isa());
  // For kernels of int8 rows the input's bytes, first all high ones, then the low ones.
  const int64_t values = window.batch * window.in_pixels() * window.in_channels;
  const int planes = kernel.a == IntGemmA::kInt8 ? context.add_scratch(2 * values) : -1;
  return [=, wide = WideStage(stage), weights = pack_groups(context, window, true, 0, false),
          patches = group_patches(window), &kernel, &ops](RunContext& run) {
    const auto packed = weights.get(run);
    if (planes >= 0) {
      int8_t* high = run.scratch<int8_t>(planes);
      run.pool().parallel_for(values, 50'000, [&](int64_t begin, int64_t end) {
        ops.split_s16(end - begin, run.in<int16_t>(0) + begin, high + begin, high + values + begin);
      });
    }
    for (int64_t g = 0; g < window.groups; ++g) {
      const auto rows_at = [&](int64_t first, int64_t count, uint8_t* room) {
        if (planes >= 0) {
          const auto byte_rows = [&](const int8_t* plane, int8_t zero, uint8_t* to) {
            return patch_int_rows(patches[g], kernel, ops, plane, first, count, to, kernel.row_bytes(k),
                                  [zero](int64_t) { return zero; });
          };
          const IntRows high = byte_rows(run.scratch<int8_t>(planes), 0, room);
          return WideRows{
              high,
              byte_rows(run.scratch<int8_t>(planes) + values, -128, room + count * kernel.row_bytes(k)).data};
        }
        patches[g].fill(run.in<int16_t>(0), first, count, reinterpret_cast<int16_t*>(room), row_bytes / 2,
                        PlainCopy<int16_t>{nullptr}, [](int64_t) { return int16_t{0}; });
        return WideRows{{room, row_bytes}};
      };
      const auto finish = [&](int64_t row, int64_t rows, int64_t column, int64_t columns, const int64_t* sums,
                              int64_t stride, const IntRows&) {
        int16_t* out = run.out<int16_t>(0) + row * window.out_channels;
        const int64_t first = g * n + column;
        if (!small_bias) {
          ops.requantize_s16(rows, columns, sums, stride, wide.from(first, run.in_or_null<int64_t>(2)),
                             out + first, window.out_channels);
          return;
        }
        for (int64_t i = 0; i < rows; ++i, out += window.out_channels) {
          for (int64_t j = 0; j < columns; ++j) {
            const int64_t sum = sums[i * stride + j] + bias_at<int64_t>(run, first + j);
            out[first + j] = static_cast<int16_t>(stage.reference(static_cast<int32_t>(sum), first + j));
          }
        }
      };
      wide_matmul(run.pool(), (*packed)[g], blocks, rows_at, finish, run.scratch<uint8_t>(scratch));
    }
    return Status();
  };
}

}  // namespace litewright
