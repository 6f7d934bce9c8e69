// Float activations with integer weights: every image is quantized to int8 as it comes. Weights with a scale
// per channel: asymmetrically; with one scale: symmetrically.
#include <optional>

#include "kernels/depthwise/depthwise.h"
#include "ops/linear/conv.h"
#include "ops/linear/int_rows.h"
#include "ops/linear/loops.h"
#include "ops/linear/matmul.h"
#include "ops/linear/padded_rows.h"
#include "ops/linear/quantized.h"
#include "ops/linear/strips.h"

namespace litewright {
namespace {

struct Hybrid {
  ConvWindow window;
  ValueRange<float> range;
  bool asymmetric = false;
  std::vector<float> scales;
  const RowOps* ops = nullptr;
  int quantized = -1, row_scale = -1, row_zero = -1;  // scratch
  int64_t image_size = 0;

  // The images as int8; their scales and zero points are in scratch memory.
  const int8_t* quantize(RunContext& run) const {
    int8_t* out = run.scratch<int8_t>(quantized);
    float* scale = run.scratch<float>(row_scale);
    int32_t* zero = run.scratch<int32_t>(row_zero);
    run.pool().parallel_for(
        window.batch, std::max<int64_t>(20'000 / image_size, 1), [&](int64_t begin, int64_t end) {
          for (int64_t i = begin; i < end; ++i) {
            const RowScale row = quantize_row(*ops, asymmetric, image_size, run.in<float>(0) + i * image_size,
                                              out + i * image_size);
            scale[i] = row.scale, zero[i] = row.zero;
          }
        });
    return out;
  }
};

Kernel reference(const Hybrid& hybrid) {
  return [=](RunContext& run) {
    const int8_t* input = hybrid.quantize(run);
    const float* scale = run.scratch<float>(hybrid.row_scale);
    const int32_t* zero = run.scratch<int32_t>(hybrid.row_zero);
    const float* bias = run.in_or_null<float>(2);
    float* out = run.out<float>(0);
    conv_loops<int32_t>(
        hybrid.window, input, [&](int64_t image) { return zero[image]; }, run.in<int8_t>(1), 0,
        [&](int64_t index, int64_t channel, int64_t image, int32_t sum) {
          const float value = static_cast<float>(sum) * (scale[image] * hybrid.scales[channel]) +
                              (bias == nullptr ? 0.0f : bias[channel]);
          out[index] = std::min(std::max(value, hybrid.range.min), hybrid.range.max);
        });
    return Status();
  };
}

// The bias, or zeros.
const float* bias_or_zeros(const RunContext& run, const std::vector<float>& zeros) {
  return run.has_input(2) ? run.in<float>(2) : zeros.data();
}

Kernel products(PrepareContext& context, const Hybrid& hybrid) {
  const ConvWindow& window = hybrid.window;
  const Isa isa = context.isa();
  const IntGemmKernel& kernel = int_gemm_kernels().best(isa);
  const int64_t n = window.group_out(), k = window.depth(), row_bytes = kernel.row_bytes(k);
  const GroupWeights<PackedInt> weights(
      context, 1, -1, concat(kernel.name, "/hybrid/", window.groups), [=](const uint8_t* data, const void*) {
        std::vector<PackedInt> groups;
        for (int64_t g = 0; g < window.groups; ++g) {
          groups.push_back(pack_int(isa, false, n, k,
                                    reinterpret_cast<const int8_t*>(data) + g * n * window.weight_out_stride,
                                    window.weight_out_stride, window.weight_depth_stride(), nullptr, 0));
        }
        return groups;
      });
  std::vector<Patches> patches;
  for (int64_t g = 0; g < window.groups; ++g) patches.emplace_back(window, g * window.group_in());
  const MatmulBlocks blocks(window.batch * window.out_pixels(), n, k, row_bytes, kernel.mr, kernel.nr,
                            context.num_threads());
  const bool in_strips = Strips::fit(window, kernel);
  const auto strips =
      in_strips ? std::make_optional<Strips>(window, kernel, context.num_threads()) : std::nullopt;
  const int scratch =
      context.add_scratch(in_strips ? strips->scratch_bytes() : blocks.parts * blocks.block_bytes(row_bytes));
  const std::vector<float> zeros(window.out_channels);
  return [=, &kernel](RunContext& run) {
    const auto packed = weights.get(run);
    const int8_t* input = hybrid.quantize(run);
    const float* scale = run.scratch<float>(hybrid.row_scale);
    const int32_t* zero = run.scratch<int32_t>(hybrid.row_zero);
    const float* bias = bias_or_zeros(run, zeros);
    for (int64_t g = 0; g < window.groups; ++g) {
      const auto pad = [&](int64_t image) { return static_cast<int8_t>(zero[image]); };
      const auto fill = [&](int64_t first, int64_t count, uint8_t* to, int64_t bytes) {
        fill_int_rows(patches[g], kernel, *hybrid.ops, input, first, count, to, bytes, pad);
      };
      const auto finish = [&](int64_t row, int64_t rows, int64_t column, int64_t columns, const int32_t* sums,
                              int64_t stride, const uint8_t*) {
        const int64_t c = g * n + column, pixels = window.out_pixels();
        while (rows > 0) {  // of one image at a time
          const int64_t image = row / pixels, count = std::min(rows, (image + 1) * pixels - row);
          const Dequantization to{(*packed)[g].sums.data() + column,
                                  hybrid.scales.data() + c,
                                  bias + c,
                                  scale + image,
                                  zero + image,
                                  0,
                                  hybrid.range.min,
                                  hybrid.range.max};
          hybrid.ops->dequantize(count, columns, sums, stride, to,
                                 run.out<float>(0) + row * window.out_channels + c, window.out_channels);
          row += count, rows -= count, sums += count * stride;
        }
      };
      if (in_strips) {
        strips->run(run.pool(), *hybrid.ops, input, pad, (*packed)[g], run.scratch<uint8_t>(scratch), finish);
      } else {
        int_matmul<int32_t>(run.pool(), (*packed)[g], blocks, fill, finish, run.scratch<uint8_t>(scratch));
      }
    }
    return Status();
  };
}

Kernel depthwise(PrepareContext& context, const Hybrid& hybrid) {
  const ConvWindow& window = hybrid.window;
  const IntDepthwiseKernel& kernel = int_depthwise_kernels().best(context.isa());
  const PaddedRows rows(window, kernel.input_size(), context.num_threads());
  const GroupWeights<PackedDepthwise> weights(
      context, 1, -1, concat(kernel.name, "/hybrid"), [=, &kernel](const uint8_t* data, const void*) {
        return std::vector{pack_depthwise(kernel, window, DType::kInt8, data, 0, nullptr, 0)};
      });
  const int scratch = context.add_scratch(rows.scratch_bytes());
  const int64_t channels = window.out_channels, width = window.axis[2].out;
  const int sums = context.add_scratch(rows.parts() * width * channels * sizeof(int32_t));
  const std::vector<float> zeros(channels);
  return [=, &kernel](RunContext& run) {
    const auto packed = weights.get(run);
    const PackedDepthwise& depthwise_weights = packed->front();
    const int8_t* input = hybrid.quantize(run);
    const float* scale = run.scratch<float>(hybrid.row_scale);
    const int32_t* zero = run.scratch<int32_t>(hybrid.row_zero);
    const float* bias = bias_or_zeros(run, zeros);
    rows.run(
        run.pool(), *hybrid.ops, input, [&](int64_t image) { return static_cast<int8_t>(zero[image]); },
        run.scratch<uint8_t>(scratch),
        [&](int part, int64_t image, int64_t out_row, const uint8_t* const* inputs) {
          int32_t* to_sums = run.scratch<int32_t>(sums) + part * width * channels;
          kernel.function(channels, rows.window(), inputs,
                          reinterpret_cast<const int8_t*>(depthwise_weights.data->data()), width, to_sums);
          const Dequantization to{depthwise_weights.sums.data(),
                                  hybrid.scales.data(),
                                  bias,
                                  scale + image,
                                  zero + image,
                                  0,
                                  hybrid.range.min,
                                  hybrid.range.max};
          hybrid.ops->dequantize(width, channels, to_sums, channels, to,
                                 run.out<float>(0) + out_row * width * channels, channels);
        });
    return Status();
  };
}

}  // namespace

Kernel prepare_hybrid_conv(PrepareContext& context, const ConvWindow& window, Activation activation) {
  Hybrid hybrid;
  hybrid.window = window;
  hybrid.range = activation_range<float>(activation);
  hybrid.scales = channel_scales(context, 1, window.out_channels);
  // A depthwise convolution has one scale per channel always, even of one channel.
  hybrid.asymmetric =
      context.input_quantization(1).per_channel() || context.op().code == BuiltinOp::kDepthwiseConv2D;
  hybrid.ops = &row_ops_variants().best(context.isa());
  hybrid.image_size = std::max<int64_t>(window.in_pixels() * window.in_channels, 1);
  hybrid.quantized = context.add_scratch(window.batch * hybrid.image_size);
  hybrid.row_scale = context.add_scratch(window.batch * sizeof(float));
  hybrid.row_zero = context.add_scratch(window.batch * sizeof(int32_t));
  if (context.reference()) return reference(hybrid);
  return is_depthwise(window) ? depthwise(context, hybrid) : products(context, hybrid);
}

}  // namespace litewright
