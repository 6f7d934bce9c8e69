// Integer depthwise convolutions over padded rows.
#include "ops/linear/conv.h"
#include "ops/linear/padded_rows.h"
#include "ops/linear/quantized.h"

namespace litewright {
namespace {

template <class T>
Kernel eight_bits(PrepareContext& context, const ConvWindow& window, OutputStage stage) {
  const int32_t stored_zero = per_tensor_quantization(*context.input(0).tensor).zero;
  const int32_t in_zero = std::is_signed_v<T> ? stored_zero : stored_zero - 128;
  const DType dtype = context.input_dtype(1);
  const int32_t weight_zero =
      dtype == DType::kUInt8 ? per_tensor_quantization(*context.input(1).tensor).zero : 0;
  const IntDepthwiseKernel& kernel =
      (std::is_signed_v<T> ? int_depthwise_kernels() : int_depthwise_int16_kernels()).best(context.isa());
  const RowOps& ops = row_ops_variants().best(context.isa());
  const PaddedRows rows(window, kernel.input_size(), context.num_threads());
  const GroupWeights<PackedDepthwise> weights(
      context, 1, 2, concat(kernel.name, '/', in_zero, '/', weight_zero),
      [=, &kernel](const uint8_t* data, const void* bias) {
        return std::vector{pack_depthwise(kernel, window, dtype, data, weight_zero,
                                          static_cast<const int32_t*>(bias), in_zero)};
      });
  const int64_t channels = window.out_channels, width = window.axis[2].out;
  const int scratch = context.add_scratch(rows.scratch_bytes());
  const bool direct = std::is_signed_v<T> && kernel.to_s8 != nullptr;
  const int sums = direct ? -1 : context.add_scratch(rows.parts() * width * channels * sizeof(int32_t));
  std::vector<float> scale((channels + 63) / 64 * 64);
  if (direct) kernel.pack_scale(channels, stage.scale.data(), scale.data());
  return [=, &kernel, &ops](RunContext& run) {
    const auto packed = weights.get(run);
    const int8_t* weight_data = reinterpret_cast<const int8_t*>(packed->front().data->data());
    rows.run(
        run.pool(), ops, run.in<T>(0), [&](int64_t) { return static_cast<T>(stored_zero); },
        run.scratch<uint8_t>(scratch),
        [&](int part, int64_t, int64_t row, const uint8_t* const* inputs) {
          T* out = run.out<T>(0) + row * width * channels;
          if (direct) {
            const DepthwiseOutput to{scale.data(), stage.zero, stage.range.min, stage.range.max, 0};
            kernel.to_s8(channels, rows.window(), inputs, weight_data, width, to,
                         reinterpret_cast<int8_t*>(out));
            return;
          }
          int32_t* row_sums = run.scratch<int32_t>(sums) + part * width * channels;
          kernel.function(channels, rows.window(), inputs, weight_data, width, row_sums);
          const Requantization to = stage.requantization(0);
          if constexpr (std::is_signed_v<T>) {
            ops.requantize_s8(width, channels, row_sums, channels, to, out, channels);
          } else {
            ops.requantize_u8(width, channels, row_sums, channels, to, out, channels);
          }
        });
    return Status();
  };
}

Kernel sixteen_bits(PrepareContext& context, const ConvWindow& window, OutputStage stage) {
  const bool small_bias = context.has_input(2) && context.input_dtype(2) == DType::kInt32;
  const IntDepthwiseKernel& kernel = int_depthwise_int16_kernels().best(context.isa());
  const RowOps& ops = row_ops_variants().best(context.isa());
  const PaddedRows rows(window, kernel.input_size(), context.num_threads());
  const GroupWeights<PackedDepthwise> weights(
      context, 1, -1, kernel.name, [=, &kernel](const uint8_t* data, const void*) {
        return std::vector{pack_depthwise(kernel, window, DType::kInt8, data, 0, nullptr, 0)};
      });
  const int64_t channels = window.out_channels, width = window.axis[2].out;
  const int scratch = context.add_scratch(rows.scratch_bytes());
  const int sums = context.add_scratch(rows.parts() * width * channels * sizeof(int32_t));
  const int wide_row =
      small_bias ? -1 : context.add_scratch(rows.parts() * width * channels * sizeof(int64_t));
  return [=, wide = WideStage(stage), &kernel, &ops](RunContext& run) {
    const auto packed = weights.get(run);
    const int64_t* wide_bias = small_bias ? nullptr : run.in_or_null<int64_t>(2);
    const int32_t* bias = small_bias ? run.in<int32_t>(2) : nullptr;
    rows.run(
        run.pool(), ops, run.in<int16_t>(0), [](int64_t) { return int16_t{0}; },
        run.scratch<uint8_t>(scratch),
        [&](int part, int64_t, int64_t row, const uint8_t* const* inputs) {
          int32_t* row_sums = run.scratch<int32_t>(sums) + part * width * channels;
          kernel.function(channels, rows.window(), inputs,
                          reinterpret_cast<const int8_t*>(packed->front().data->data()), width, row_sums);
          int16_t* out = run.out<int16_t>(0) + row * width * channels;
          if (!small_bias) {
            int64_t* wide_sums = run.scratch<int64_t>(wide_row) + part * width * channels;
            std::fill_n(wide_sums, width * channels, int64_t{0});
            ops.add_s32(width * channels, row_sums, wide_sums);
            ops.requantize_s16(width, channels, wide_sums, channels, wide.from(0, wide_bias), out, channels);
            return;
          }
          for (int64_t i = 0; i < width; ++i, out += channels, row_sums += channels) {
            for (int64_t c = 0; c < channels; ++c) {
              out[c] = static_cast<int16_t>(stage.reference(row_sums[c] + bias[c], c));
            }
          }
        });
    return Status();
  };
}

}  // namespace

Kernel prepare_int_depthwise(PrepareContext& context, const ConvWindow& window, Activation activation) {
  const OutputStage stage = output_stage(context, 0, 1, activation, window.out_channels);
  switch (context.input_dtype(0)) {
    case DType::kInt8:
      return eight_bits<int8_t>(context, window, stage);
    case DType::kUInt8:
      return eight_bits<uint8_t>(context, window, stage);
    default:
      return sixteen_bits(context, window, stage);
  }
}

}  // namespace litewright
