// A transposed convolution with strides s is s*s*s ordinary ones, each making every s-th output from its own
// taps.
#include "ops/linear/transpose_conv.h"

#include "ops/linear/conv.h"
#include "ops/linear/int_rows.h"
#include "ops/linear/loops.h"
#include "ops/linear/matmul.h"
#include "ops/linear/quantized.h"

namespace litewright {

std::vector<Phase> transpose_phases(const WindowAxis& axis) {
  std::vector<Phase> phases;
  for (int64_t first = 0; first < std::min(axis.stride, axis.in); ++first) {
    Phase phase{first, (axis.in - first + axis.stride - 1) / axis.stride, {}};
    for (int64_t tap = axis.kernel - 1; tap >= 0; --tap) {
      const int64_t at = first + axis.pad - tap;
      if (at % axis.stride == 0) phase.taps.push_back({tap, at / axis.stride});
    }
    phases.push_back(std::move(phase));
  }
  return phases;
}

namespace {

// One of the ordinary convolutions: a matrix product whose rows are outputs.
struct SubConv {
  Phase z, y, x;
  Patches patches;
  std::vector<int64_t> taps;  // of the whole kernel, in the order of the patches

  SubConv(const ConvWindow& window, Phase z_phase, Phase y_phase, Phase x_phase)
      : z(std::move(z_phase)), y(std::move(y_phase)), x(std::move(x_phase)), patches(make_patches(window)) {
    const auto& [d, h, w] = window.axis;
    for (const PhaseTap& a : z.taps) {
      for (const PhaseTap& b : y.taps) {
        for (const PhaseTap& c : x.taps) taps.push_back((a.tap * h.kernel + b.tap) * w.kernel + c.tap);
      }
    }
  }
  Patches make_patches(const ConvWindow& window) const {
    std::vector<Patches::Offset> offsets;
    for (const PhaseTap& a : z.taps) {
      for (const PhaseTap& b : y.taps) {
        for (const PhaseTap& c : x.taps) offsets.push_back({{a.offset, b.offset, c.offset}});
      }
    }
    const auto& [d, h, w] = window.axis;
    return Patches(window.batch, {d.out, h.out, w.out}, {z.outputs, y.outputs, x.outputs}, {1, 1, 1},
                   window.out_channels, offsets);
  }
  // The output pixel that row `row` of the product is.
  int64_t pixel(const ConvWindow& window, int64_t row) const {
    const auto& [d, h, w] = window.axis;
    const int64_t out_x = x.first + row % x.outputs * w.stride;
    const int64_t out_y = y.first + row / x.outputs % y.outputs * h.stride;
    const int64_t out_z = z.first + row / (x.outputs * y.outputs) % z.outputs * d.stride;
    const int64_t image = row / (x.outputs * y.outputs * z.outputs);
    return ((image * d.in + out_z) * h.in + out_y) * w.in + out_x;
  }
  // The weights as [output channel][depth].
  template <class T>
  std::vector<T> weights(const ConvWindow& window, const T* all) const {
    std::vector<T> result;
    result.reserve(window.in_channels * patches.depth());
    for (int64_t out_c = 0; out_c < window.in_channels; ++out_c) {
      for (int64_t tap : taps) {
        const T* from = all + tap * window.weight_tap_stride + out_c * window.weight_in_stride;
        for (int64_t c = 0; c < window.out_channels; ++c)
          result.push_back(from[c * window.weight_out_stride]);
      }
    }
    return result;
  }
};

// What the choice of taps depends on.
std::string phases_key(const ConvWindow& window) {
  std::string key;
  for (const WindowAxis& axis : window.axis) key += concat('/', axis.in, ',', axis.stride, ',', axis.pad);
  return key;
}

std::vector<SubConv> sub_convs(const ConvWindow& window) {
  std::vector<SubConv> result;
  for (const Phase& z : transpose_phases(window.axis[0])) {
    for (const Phase& y : transpose_phases(window.axis[1])) {
      for (const Phase& x : transpose_phases(window.axis[2])) result.emplace_back(window, z, y, x);
    }
  }
  return result;
}

Kernel float_reference(PrepareContext& context, const ConvWindow& window, ValueRange<float> range) {
  const int scratch = context.add_scratch(window.in_pixels() * window.in_channels * sizeof(float));
  return [=](RunContext& run) {
    const float* bias = run.in_or_null<float>(3);
    float* out = run.out<float>(0);
    transpose_conv_loops<float>(
        window, run.in<float>(2), [](int64_t) { return 0.0f; }, run.in<float>(1), 0.0f,
        run.scratch<float>(scratch),
        [&](int64_t index, int64_t channel, int64_t, float sum) {
          const float value = sum + (bias == nullptr ? 0.0f : bias[channel]);
          out[index] = std::min(std::max(value, range.min), range.max);
        });
    return Status();
  };
}

Kernel float_fast(PrepareContext& context, const ConvWindow& window, ValueRange<float> range) {
  const Isa isa = context.isa();
  const F32GemmKernel& gemm = f32_gemm_kernels().best(isa);
  const RowOps& ops = row_ops_variants().best(isa);
  const auto parts = std::make_shared<const std::vector<SubConv>>(sub_convs(window));
  const int64_t n = window.in_channels;
  const GroupWeights<PackedF32> weights(
      context, 1, 3, gemm.name + phases_key(window),
      [=, &pool = context.pool()](const uint8_t* data, const void* bias) {
        std::vector<PackedF32> packed;
        for (const SubConv& part : *parts) {
          const int64_t k = part.patches.depth();
          packed.push_back(pack_f32(pool, isa, n, k,
                                    part.weights(window, reinterpret_cast<const float*>(data)).data(), k, 1,
                                    static_cast<const float*>(bias)));
        }
        return packed;
      });
  size_t scratch_bytes = 64, result_bytes = 0;
  std::vector<MatmulBlocks> blocks;
  for (const SubConv& part : *parts) {
    const int64_t row_bytes = part.patches.depth() * sizeof(float);
    blocks.emplace_back(part.patches.rows(), n, part.patches.depth(), row_bytes, gemm.mr, gemm.nr,
                        context.num_threads());
    scratch_bytes =
        std::max<size_t>(scratch_bytes, blocks.back().parts * blocks.back().block_bytes(row_bytes));
    result_bytes = std::max<size_t>(result_bytes, part.patches.rows() * n * sizeof(float));
  }
  const int scratch = context.add_scratch(scratch_bytes);
  const int result = parts->size() == 1 ? -1 : context.add_scratch(result_bytes);
  return [=, &ops](RunContext& run) {
    const auto packed = weights.get(run);
    for (size_t i = 0; i < parts->size(); ++i) {
      const SubConv& part = (*parts)[i];
      const int64_t k = part.patches.depth();
      const auto rows_at = [&](int64_t first, int64_t count, float* to) {
        part.patches.fill(run.in<float>(2), first, count, to, k, PlainCopy<float>{&ops},
                          [](int64_t) { return 0.0f; });
        return static_cast<const float*>(to);
      };
      float* to = result < 0 ? run.out<float>(0) : run.scratch<float>(result);
      f32_matmul(run.pool(), (*packed)[i], blocks[i], rows_at, to, n, range.min, range.max,
                 run.scratch<uint8_t>(scratch));
      for (int64_t r = 0; result >= 0 && r < part.patches.rows(); ++r) {
        std::memcpy(run.out<float>(0) + part.pixel(window, r) * n, to + r * n, n * sizeof(float));
      }
    }
    return Status();
  };
}

// Integer sums by `Sum`, with a bias of either size.
template <class Sum, class In, class Weight>
Kernel int_reference(PrepareContext& context, const ConvWindow& window, OutputStage stage, int32_t in_zero,
                     int32_t weight_zero) {
  const int scratch = context.add_scratch(window.in_pixels() * window.in_channels * sizeof(Sum));
  return [=](RunContext& run) {
    In* out = run.out<In>(0);
    transpose_conv_loops<Sum>(
        window, run.in<In>(2), [&](int64_t) { return in_zero; }, run.in<Weight>(1), Sum{weight_zero},
        run.scratch<Sum>(scratch),
        [&](int64_t index, int64_t channel, int64_t, Sum sum) {
          if (run.has_input(3)) {
            sum += run.input_dtype(3) == DType::kInt64 ? static_cast<Sum>(run.in<int64_t>(3)[channel])
                                                       : static_cast<Sum>(run.in<int32_t>(3)[channel]);
          }
          out[index] = static_cast<In>(stage.reference(sum, channel));
        });
    return Status();
  };
}

Kernel int8_fast(PrepareContext& context, const ConvWindow& window, OutputStage stage, int32_t in_zero) {
  const Isa isa = context.isa();
  const IntGemmKernel& kernel = int_gemm_kernels().best(isa);
  const RowOps& ops = row_ops_variants().best(isa);
  const auto parts = std::make_shared<const std::vector<SubConv>>(sub_convs(window));
  const int64_t n = window.in_channels;
  const GroupWeights<PackedInt> weights(
      context, 1, 3, concat(kernel.name, '/', in_zero, phases_key(window)),
      [=](const uint8_t* data, const void* bias) {
        std::vector<PackedInt> packed;
        for (const SubConv& part : *parts) {
          const int64_t k = part.patches.depth();
          packed.push_back(pack_int(isa, false, n, k,
                                    part.weights(window, reinterpret_cast<const int8_t*>(data)).data(), k, 1,
                                    static_cast<const int32_t*>(bias), in_zero));
        }
        return packed;
      });
  size_t scratch_bytes = 64;
  std::vector<MatmulBlocks> blocks;
  for (const SubConv& part : *parts) {
    const int64_t row_bytes = kernel.row_bytes(part.patches.depth());
    blocks.emplace_back(part.patches.rows(), n, part.patches.depth(), row_bytes, kernel.mr, kernel.nr,
                        context.num_threads());
    scratch_bytes =
        std::max<size_t>(scratch_bytes, blocks.back().parts * blocks.back().block_bytes(row_bytes));
  }
  const int scratch = context.add_scratch(scratch_bytes);
  return [=, &kernel, &ops](RunContext& run) {
    const auto packed = weights.get(run);
    for (size_t i = 0; i < parts->size(); ++i) {
      const SubConv& part = (*parts)[i];
      const auto rows_at = [&](int64_t first, int64_t count, uint8_t* to, int64_t bytes) {
        return patch_int_rows(part.patches, kernel, ops, run.in<int8_t>(2), first, count, to, bytes,
                              [&](int64_t) { return static_cast<int8_t>(in_zero); });
      };
      const auto finish = [&](int64_t row, int64_t rows, int64_t column, int64_t columns, const int32_t* sums,
                              int64_t stride, const IntRows&) {
        for (int64_t r = 0; r < rows; ++r) {
          ops.requantize_s8(1, columns, sums + r * stride, stride, stage.requantization(column),
                            run.out<int8_t>(0) + part.pixel(window, row + r) * n + column, n);
        }
      };
      int_matmul(run.pool(), (*packed)[i], blocks[i], rows_at, finish, run.scratch<uint8_t>(scratch));
    }
    return Status();
  };
}

// Float input, integer weights: every image is quantized as it comes.
Kernel hybrid(PrepareContext& context, const ConvWindow& window, ValueRange<float> range) {
  const RowOps& ops = row_ops_variants().best(context.isa());
  const int64_t image_size = window.out_pixels() * window.out_channels;
  const int quantized = context.add_scratch(window.batch * image_size);
  const int scratch = context.add_scratch(window.in_pixels() * window.in_channels * sizeof(int32_t));
  const std::vector<float> scales = channel_scales(context, 1, window.in_channels);
  const auto rows = std::make_shared<std::vector<RowScale>>(window.batch);
  return [=, &ops](RunContext& run) {
    int8_t* input = run.scratch<int8_t>(quantized);
    for (int64_t i = 0; i < window.batch; ++i) {
      (*rows)[i] =
          quantize_row(ops, true, image_size, run.in<float>(2) + i * image_size, input + i * image_size);
    }
    const float* bias = run.in_or_null<float>(3);
    float* out = run.out<float>(0);
    transpose_conv_loops<int32_t>(
        window, input, [&](int64_t image) { return (*rows)[image].zero; }, run.in<int8_t>(1), 0,
        run.scratch<int32_t>(scratch),
        [&](int64_t index, int64_t channel, int64_t image, int32_t sum) {
          const float value = static_cast<float>(sum) * ((*rows)[image].scale * scales[channel]) +
                              (bias == nullptr ? 0.0f : bias[channel]);
          out[index] = std::min(std::max(value, range.min), range.max);
        });
    return Status();
  };
}

}  // namespace

Kernel prepare_transpose_conv(PrepareContext& context, const ConvWindow& window, Activation activation) {
  const auto& [d, h, w] = window.axis;
  const bool fast = !context.reference() && d.dilation == 1 && h.dilation == 1 && w.dilation == 1;
  if (context.input_dtype(2) == DType::kFloat32) {
    const ValueRange<float> range = activation_range<float>(activation);
    if (context.input_dtype(1) != DType::kFloat32) return hybrid(context, window, range);
    return fast ? float_fast(context, window, range) : float_reference(context, window, range);
  }
  const OutputStage stage = output_stage(context, 2, 1, activation, window.in_channels);
  const int32_t in_zero = per_tensor_quantization(*context.input(2).tensor).zero;
  switch (context.input_dtype(2)) {
    case DType::kInt8:
      return fast ? int8_fast(context, window, stage, in_zero)
                  : int_reference<int32_t, int8_t, int8_t>(context, window, stage, in_zero, 0);
    case DType::kUInt8:
      return int_reference<int32_t, uint8_t, uint8_t>(context, window, stage, in_zero,
                                                      per_tensor_quantization(*context.input(1).tensor).zero);
    default:
      if (in_zero != 0 || stage.zero != 0) context.fail("16-bit tensors should have the zero point 0");
      return context.has_input(3) && context.input_dtype(3) == DType::kInt32
                 ? int_reference<int32_t, int16_t, int8_t>(context, window, stage, 0, 0)
                 : int_reference<int64_t, int16_t, int8_t>(context, window, stage, 0, 0);
  }
}

}  // namespace litewright
