// Float convolutions: as products of patches with packed weights, one per group.
#include "ops/fixed_point.h"
#include "ops/linear/conv.h"
#include "ops/linear/loops.h"
#include "ops/linear/matmul.h"
#include "ops/linear/padded_images.h"
#include "ops/linear/patches.h"

namespace litewright {
namespace {

Kernel reference(const ConvWindow& window, ValueRange<float> range) {
  return [=](RunContext& run) {
    const float* bias = run.in_or_null<float>(2);
    float* out = run.out<float>(0);
    conv_loops<float>(
        window, run.in<float>(0), [](int64_t) { return 0.0f; }, run.in<float>(1), 0.0f,
        [&](int64_t index, int64_t channel, int64_t, float sum) {
          const float value = sum + (bias == nullptr ? 0.0f : bias[channel]);
          out[index] = std::min(std::max(value, range.min), range.max);
        });
    return Status();
  };
}

// Convolutions whose windows are multiplied where they lie, an output row at a time, in place of patches:
// their weights stay in the first-level cache meanwhile.
struct LinesInPlace {
  ConvWindow window;  // without padding
  F32Parts parts;
  const F32GemmKernel* gemm;
  ValueRange<float> range;
  BlockFunction after;

  static bool fit(const ConvWindow& window) {
    constexpr int64_t kWeights = 6 * 1024, kFewChannels = 16;
    const auto& [d, h, w] = window.axis;
    return window.groups == 1 && d.in == 1 && d.kernel == 1 && w.dilation == 1 && w.kernel > 1 &&
           w.out >= 4 && window.in_channels <= kFewChannels &&
           window.depth() * window.out_channels <= kWeights;
  }

  void run(ThreadPool& pool, const float* input, const PackedF32& weights, float* out) const {
    constexpr int64_t kProductsPerThread = 300'000;
    const auto& [d, h, w] = window.axis;
    const int64_t k = window.depth(), n = window.out_channels, line = w.in * window.in_channels;
    pool.parallel_for(
        window.batch * h.out, kProductsPerThread / (w.out * k * n) + 1, [&](int64_t begin, int64_t end) {
          for (int64_t row = begin; row < end; ++row) {
            const int64_t first = row / h.out * h.in + row % h.out * h.stride;
            float* to = out + row * w.out * n;
            gemm->windows(w.out, n, k, parts, input + first * line, w.stride * window.in_channels,
                          reinterpret_cast<const float*>(weights.data->data()), to, n, range.min, range.max);
            if (after) after({reinterpret_cast<uint8_t*>(to), n, row * w.out, w.out, 0, n});
          }
        });
  }
};

}  // namespace

Kernel prepare_float_conv(PrepareContext& context, const ConvWindow& window, Activation activation) {
  const ValueRange<float> range = activation_range<float>(activation);
  if (context.reference()) return reference(window, range);
#ifndef LITEWRIGHT_PORTABLE_KERNELS
  if (context.is_known(1) && winograd_pays(context.isa(), window))
    return prepare_winograd_conv(context, window, activation);
#endif
  const Isa isa = context.isa();
  const F32GemmKernel& gemm = f32_gemm_kernels().best(isa);
  const RowOps& ops = row_ops_variants().best(isa);
  const int64_t n = window.group_out(), k = window.depth(), rows = window.batch * window.out_pixels();
  GroupWeights<PackedF32> weights(
      context, 1, 2, concat(gemm.name, '/', window.groups),
      [=, &pool = context.pool()](const uint8_t* data, const void* bias) {
        std::vector<PackedF32> groups;
        for (int64_t g = 0; g < window.groups; ++g) {
          groups.push_back(pack_f32(pool, isa, n, k,
                                    reinterpret_cast<const float*>(data) + g * n * window.weight_out_stride,
                                    window.weight_out_stride, window.weight_depth_stride(),
                                    bias == nullptr ? nullptr : static_cast<const float*>(bias) + g * n));
        }
        return groups;
      });
  const bool pads = PaddedImages::pays(window);
  const PaddedImages padded(window);
  const int images = pads ? context.add_scratch(padded.elements() * sizeof(float)) : -1;
  if (LinesInPlace::fit(window) && (pads || window.axis[1].pad + window.axis[2].pad == 0)) {
    const ConvWindow& in = pads ? padded.window() : window;
    const F32Parts parts{in.axis[1].kernel, in.axis[1].dilation * in.axis[2].in * in.in_channels};
    return [=, lines = LinesInPlace{in, parts, &gemm, range, context.take_followers()}](RunContext& run) {
      const float* input = run.in<float>(0);
      if (pads) {
        padded.fill(run.pool(), input, run.scratch<float>(images));
        input = run.scratch<float>(images);
      }
      lines.run(run.pool(), input, weights.get(run)->front(), run.out<float>(0));
      return Status();
    };
  }
  std::vector<Patches> patches;
  for (int64_t g = 0; g < window.groups; ++g)
    patches.emplace_back(pads ? padded.window() : window, g * window.group_in());
  const MatmulBlocks blocks = MatmulBlocks::f32(rows, n, k, gemm, context.num_threads());
  const bool dense = patches[0].is_dense();
  const int scratch = dense ? -1 : context.add_scratch(blocks.parts * blocks.block_bytes(k * sizeof(float)));
  return [=, &ops, after = context.take_followers()](RunContext& run) {
    const auto packed = weights.get(run);
    const float* input = run.in<float>(0);
    if (pads) {
      padded.fill(run.pool(), input, run.scratch<float>(images));
      input = run.scratch<float>(images);
    }
    for (int64_t g = 0; g < window.groups; ++g) {
      const auto rows_at = [&](int64_t first, int64_t count, float* to) {
        if (dense) return input + first * k;
        patches[g].fill(input, first, count, to, k, PlainCopy<float>{&ops}, [](int64_t) { return 0.0f; });
        return static_cast<const float*>(to);
      };
      f32_matmul(run.pool(), (*packed)[g], blocks, rows_at, run.out<float>(0) + g * n, window.out_channels,
                 range.min, range.max, dense ? nullptr : run.scratch<uint8_t>(scratch), after, g * n);
    }
    return Status();
  };
}

}  // namespace litewright
