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
      context, 1, 2, concat(gemm.name, '/', window.groups), [=](const uint8_t* data, const void* bias) {
        std::vector<PackedF32> groups;
        for (int64_t g = 0; g < window.groups; ++g) {
          groups.push_back(pack_f32(isa, n, k,
                                    reinterpret_cast<const float*>(data) + g * n * window.weight_out_stride,
                                    window.weight_out_stride, window.weight_depth_stride(),
                                    bias == nullptr ? nullptr : static_cast<const float*>(bias) + g * n));
        }
        return groups;
      });
  const bool pads = PaddedImages::pays(window);
  const PaddedImages padded(window);
  const int images = pads ? context.add_scratch(padded.elements() * sizeof(float)) : -1;
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
