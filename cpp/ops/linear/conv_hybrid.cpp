// Float activations with integer weights: every image is quantized to int8 as it comes. Weights with a scale
// per channel: asymmetrically; with one scale: symmetrically.
#include <optional>

#include "kernels/depthwise/depthwise.h"
#include "ops/image_ranges.h"
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
  const ImageRanges* ranges = nullptr;  // of the images, where what makes them finds these
  BlockFunction after;
  int rows = -1, stored = -1;  // scratch
  int64_t image_size = 0;

  // How each image is quantized.
  const RowScale* image_scales(RunContext& run) const {
    RowScale* images = run.scratch<RowScale>(rows);
    if (ranges != nullptr) {
      for (int64_t i = 0; i < window.batch; ++i) {
        images[i] = scale_of_range(asymmetric, ranges->image(i).min, ranges->image(i).max);
      }
      return images;
    }
    run.pool().parallel_for(
        window.batch, std::max<int64_t>(20'000 / image_size, 1), [&](int64_t begin, int64_t end) {
          for (int64_t i = begin; i < end; ++i) {
            images[i] = row_scale(*ops, asymmetric, image_size, run.in<float>(0) + i * image_size);
          }
        });
    return images;
  }
  // The images as int8, for kernels that look at values several times.
  void store_images(PrepareContext& context) { stored = context.add_scratch(window.batch * image_size); }
  const int8_t* quantize(RunContext& run, const RowScale* images) const {
    int8_t* out = run.scratch<int8_t>(stored);
    constexpr int64_t kGrain = 20'000;
    run.pool().parallel_for(window.batch * image_size, kGrain, [&](int64_t begin, int64_t end) {
      for (int64_t done; begin < end; begin = done) {
        const int64_t image = begin / image_size;
        done = std::min(end, (image + 1) * image_size);
        quantize_values(*ops, done - begin, run.in<float>(0) + begin, images[image].to, 0, out + begin);
      }
    });
    return out;
  }
  // Pixels `first` ... of one channel group, side by side in rows of type Out.
  template <class Out>
  void quantize_pixels(const RowScale* images, const float* input, int64_t first, int64_t count, uint8_t* to,
                       int64_t row_bytes) const {
    const int64_t k = window.in_channels, pixels = window.in_pixels();
    for (int64_t done; count > 0; first += done, count -= done) {
      const int64_t image = first / pixels;
      done = std::min(count, (image + 1) * pixels - first);
      const QuantizingCopy<Out> copy{ops, images[image].to};
      if (row_bytes == k * static_cast<int64_t>(sizeof(Out))) {
        copy(done * k, input + first * k, reinterpret_cast<Out*>(to));
      } else {
        for (int64_t i = 0; i < done; ++i) {
          copy(k, input + (first + i) * k, reinterpret_cast<Out*>(to + i * row_bytes));
        }
      }
      to += done * row_bytes;
    }
  }
};

// Calls body(Out()) with the type of rows that `kernel` takes.
template <class Body>
void with_row_type(IntGemmA a, const Body& body) {
  switch (a) {
    case IntGemmA::kUInt8:
      return body(uint8_t{});
    case IntGemmA::kInt8:
      return body(int8_t{});
    case IntGemmA::kInt16:
      return body(int16_t{});
  }
}

Kernel reference(const Hybrid& hybrid) {
  return [=](RunContext& run) {
    const RowScale* images = hybrid.image_scales(run);
    const int8_t* input = hybrid.quantize(run, images);
    const float* bias = run.in_or_null<float>(2);
    float* out = run.out<float>(0);
    conv_loops<int32_t>(
        hybrid.window, input, [&](int64_t image) { return images[image].zero; }, run.in<int8_t>(1), 0,
        [&](int64_t index, int64_t channel, int64_t image, int32_t sum) {
          const float value = static_cast<float>(sum) * (images[image].scale * hybrid.scales[channel]) +
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

Dequantization dequantization(const Hybrid& hybrid, const int32_t* sums, const float* bias, int64_t channel,
                              const RowScale& image) {
  return {sums,
          hybrid.scales.data() + channel,
          bias + channel,
          &image.scale,
          &image.zero,
          0,
          hybrid.range.min,
          hybrid.range.max};
}

Kernel products(PrepareContext& context, Hybrid hybrid) {
  const ConvWindow& window = hybrid.window;
  const Isa isa = context.isa();
  const IntGemmKernel& kernel = int_gemm_kernels().best(isa);
  const int64_t n = window.group_out(), k = window.depth(), row_bytes = kernel.row_bytes(k);
  std::vector<Patches> patches;
  for (int64_t g = 0; g < window.groups; ++g) patches.emplace_back(window, g * window.group_in());
  const MatmulBlocks blocks(window.batch * window.out_pixels(), n, k, row_bytes, kernel.mr, kernel.nr,
                            context.num_threads());
  const auto strips = Strips::fit(window, kernel)
                          ? std::make_optional<Strips>(window, kernel, context.num_threads())
                          : std::nullopt;
  const bool dense = patches[0].is_dense();
  if (!strips && !dense) hybrid.store_images(context);
  const int64_t parts = strips ? strips->parts() : 1;
  const GroupWeights<PackedInt> weights(
      context, 1, -1, concat(kernel.name, "/hybrid/", window.groups, '/', parts),
      [=](const uint8_t* data, const void*) {
        std::vector<PackedInt> groups;
        for (int64_t g = 0; g < window.groups; ++g) {
          groups.push_back(pack_int(isa, false, n, {k / parts, parts},
                                    reinterpret_cast<const int8_t*>(data) + g * n * window.weight_out_stride,
                                    window.weight_out_stride, window.weight_depth_stride(), nullptr, 0));
        }
        return groups;
      });
  const int scratch =
      context.add_scratch(strips ? strips->scratch_bytes() : blocks.parts * blocks.block_bytes(row_bytes));
  const std::vector<float> zeros(window.out_channels);
  return [=, &kernel](RunContext& run) {
    const auto packed = weights.get(run);
    const RowScale* images = hybrid.image_scales(run);
    const float* input = run.in<float>(0);
    const int8_t* stored = strips || dense ? nullptr : hybrid.quantize(run, images);
    const float* bias = bias_or_zeros(run, zeros);
    for (int64_t g = 0; g < window.groups; ++g) {
      const auto finish = [&](int64_t row, int64_t rows, int64_t column, int64_t columns, const int32_t* sums,
                              int64_t stride, const IntRows&) {
        const int64_t c = g * n + column, pixels = window.out_pixels();
        while (rows > 0) {  // of one image at a time
          const int64_t image = row / pixels, count = std::min(rows, (image + 1) * pixels - row);
          hybrid.ops->dequantize(
              count, columns, sums, stride,
              dequantization(hybrid, (*packed)[g].sums.data() + column, bias, c, images[image]),
              run.out<float>(0) + row * window.out_channels + c, window.out_channels);
          row += count, rows -= count, sums += count * stride;
        }
      };
      const auto done = [&](int64_t row, int64_t rows, int64_t column, int64_t columns) {
        if (!hybrid.after) return;
        float* out = run.out<float>(0) + row * window.out_channels + g * n + column;
        hybrid.after(
            {reinterpret_cast<uint8_t*>(out), window.out_channels, row, rows, g * n + column, columns});
      };
      with_row_type(kernel.a, [&]<class Out>(Out) {
        if (strips) {
          strips->run_copies<Out>(
              run.pool(), input,
              [&](int64_t image) {
                return QuantizingCopy<Out>{hybrid.ops, images[image].to};
              },
              [&](int64_t image) {
                return IntCopy<int8_t, Out>::convert(static_cast<int8_t>(images[image].zero));
              },
              (*packed)[g], run.scratch<uint8_t>(scratch), finish, done);
          return;
        }
        const auto rows_at = [&](int64_t first, int64_t count, uint8_t* to, int64_t bytes) {
          if (dense) {
            hybrid.quantize_pixels<Out>(images, input, first, count, to, bytes);
            return IntRows{to, bytes};
          }
          return patch_int_rows(patches[g], kernel, *hybrid.ops, stored, first, count, to, bytes,
                                [&](int64_t image) { return static_cast<int8_t>(images[image].zero); });
        };
        int_matmul(run.pool(), (*packed)[g], blocks, rows_at, finish, run.scratch<uint8_t>(scratch), done);
      });
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
  const bool direct = kernel.to_f32 != nullptr;
  // Per part: a row's sums, or what the channels' sums and scales are in the image at hand.
  const int64_t part_words = direct ? 2 * channels : width * channels;
  const int room = context.add_scratch(rows.parts() * part_words * sizeof(int32_t));
  const std::vector<float> zeros(channels);
  return [=, &kernel](RunContext& run) {
    const auto packed = weights.get(run);
    const PackedDepthwise& depthwise_weights = packed->front();
    const auto* weight_data = reinterpret_cast<const int8_t*>(depthwise_weights.data->data());
    const RowScale* images = hybrid.image_scales(run);
    const float* bias = bias_or_zeros(run, zeros);
    const auto body = [&](int part, int64_t image, int64_t out_row, const uint8_t* const* inputs) {
      float* out = run.out<float>(0) + out_row * width * channels;
      int32_t* sums = run.scratch<int32_t>(room) + part * part_words;
      if (direct) {
        float* scale = reinterpret_cast<float*>(sums + channels);
        for (int64_t c = 0; c < channels; ++c) {
          sums[c] = images[image].zero * depthwise_weights.sums[c];
          scale[c] = images[image].scale * hybrid.scales[c];
        }
        kernel.to_f32(channels, rows.window(), inputs, weight_data, width,
                      {sums, scale, bias, hybrid.range.min, hybrid.range.max}, out);
      } else {
        kernel.function(channels, rows.window(), inputs, weight_data, width, sums);
        hybrid.ops->dequantize(width, channels, sums, channels,
                               dequantization(hybrid, depthwise_weights.sums.data(), bias, 0, images[image]),
                               out, channels);
      }
      if (hybrid.after)
        hybrid.after({reinterpret_cast<uint8_t*>(out), channels, out_row * width, width, 0, channels});
    };
    const auto run_rows = [&]<class Out>(Out) {
      rows.run_copies<Out>(
          run.pool(), run.in<float>(0),
          [&](int64_t image) {
            return QuantizingCopy<Out>{hybrid.ops, images[image].to};
          },
          [&](int64_t image) {
            return IntCopy<int8_t, Out>::convert(static_cast<int8_t>(images[image].zero));
          },
          run.scratch<uint8_t>(scratch), body);
    };
    kernel.input == DepthwiseInput::kUInt8 ? run_rows(uint8_t{}) : run_rows(int16_t{});
    return Status();
  };
}

}  // namespace

bool quantizes_images(const Operator& op, std::span<const Tensor> tensors, int operand) {
  const bool conv = op.code == BuiltinOp::kConv2D || op.code == BuiltinOp::kDepthwiseConv2D;
  return conv && operand == 0 && tensors[op.inputs[0]].dtype == DType::kFloat32 &&
         tensors[op.inputs[1]].dtype == DType::kInt8;
}

Kernel prepare_hybrid_conv(PrepareContext& context, const ConvWindow& window, Activation activation) {
  Hybrid hybrid;
  hybrid.window = window;
  hybrid.range = activation_range<float>(activation);
  hybrid.scales = channel_scales(context, 1, window.out_channels);
  // A depthwise convolution has one scale per channel always, even of one channel.
  hybrid.asymmetric =
      context.input_quantization(1).per_channel() || context.op().code == BuiltinOp::kDepthwiseConv2D;
  hybrid.ops = &row_ops_variants().best(context.isa());
  hybrid.ranges = context.input(0).ranges;
  hybrid.image_size = std::max<int64_t>(window.in_pixels() * window.in_channels, 1);
  hybrid.rows = context.add_scratch(window.batch * sizeof(RowScale));
  if (context.reference()) {
    hybrid.store_images(context);
    return reference(hybrid);
  }
  hybrid.after = context.take_followers();
  return is_depthwise(window) ? depthwise(context, hybrid) : products(context, hybrid);
}

}  // namespace litewright
