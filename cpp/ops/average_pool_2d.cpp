// AVERAGE_POOL_2D: the mean of each window's elements inside the image, per channel; integers round halves
// away from 0.
#include "kernels/row_ops/row_ops.h"
#include "ops/pool_2d.h"

namespace litewright {
namespace {

// Sums in Sum, one row of `channels` per thread's part of the work; finish(channels, sums, elements, out).
template <class T, class Sum, class Finish>
Kernel pool(PrepareContext& context, const PoolWindow& window, void (*add)(int64_t, const T*, Sum*),
            const Finish& finish) {
  const int64_t channels = window.channels, rows = window.batch * window.h.out;
  const int64_t work = rows * window.w.out * channels * window.h.kernel * window.w.kernel;
  const int parts =
      static_cast<int>(std::clamp<int64_t>(std::min(work / 200'000, rows), 1, context.num_threads()));
  const int scratch = context.add_scratch(parts * channels * sizeof(Sum));
  return [=](RunContext& run) {
    run.pool().parallel_for(parts, 1, [&](int64_t begin, int64_t end) {
      for (int64_t part = begin; part < end; ++part) {
        Sum* sums = run.scratch<Sum>(scratch) + part * channels;
        for_each_window(window, rows * part / parts, rows * (part + 1) / parts,
                        [&](int64_t index, int64_t first, int64_t row_pixels, int64_t rows, int64_t columns) {
                          std::fill_n(sums, channels, Sum{0});
                          for (int64_t y = 0; y < rows; ++y) {
                            for (int64_t x = 0; x < columns; ++x) {
                              add(channels, run.in<T>(0) + (first + y * row_pixels + x) * channels, sums);
                            }
                          }
                          T* out = run.out<T>(0) + index * channels;
                          finish(channels, sums, rows * columns, out);
                        });
      }
    });
    return Status();
  };
}

template <class T, class Sum>
void plain_add(int64_t n, const T* x, Sum* sum) {
  for (int64_t i = 0; i < n; ++i) sum[i] += x[i];
}

template <class T>
Kernel integer(PrepareContext& context, const PoolWindow& window, void (*add)(int64_t, const T*, int32_t*),
               void (*average)(int64_t, const int32_t*, int32_t, int32_t, int32_t, T*)) {
  const IntRange range =
      quantized_activation_range(context.options<Pool2DOptions>().fused_activation_function,
                                 context.input_dtype(0), context.output_quantization(0));
  return pool<T, int32_t>(context, window, add,
                          [=](int64_t channels, const int32_t* sums, int64_t count, T* out) {
                            constexpr int64_t kMostVectorized = 1 << 15;
                            const int32_t n = static_cast<int32_t>(count), half = n / 2;
                            if (average != nullptr && count <= kMostVectorized) {
                              return average(channels, sums, n, range.min, range.max, out);
                            }
                            for (int64_t c = 0; c < channels; ++c) {
                              const int32_t mean = (sums[c] >= 0 ? sums[c] + half : sums[c] - half) / n;
                              out[c] = static_cast<T>(std::clamp(mean, range.min, range.max));
                            }
                          });
}

Kernel prepare(PrepareContext& context) {
  const PoolWindow window = pool_window(context);
  const RowOps& ops = row_ops_variants().best(context.isa());
  const bool reference = context.reference();
  switch (context.input_dtype(0)) {
    case DType::kFloat32: {
      const Activation activation = context.options<Pool2DOptions>().fused_activation_function;
      if (!reference) return f32_pool_kernel(window, f32_pool_kernels().best(context.isa()).mean, activation);
      const auto range = activation_range<float>(activation);
      return pool<float, float>(context, window, plain_add<float, float>,
                                [=](int64_t channels, const float* sums, int64_t count, float* out) {
                                  for (int64_t c = 0; c < channels; ++c) {
                                    const float mean = sums[c] / static_cast<float>(count);
                                    out[c] = std::min(std::max(mean, range.min), range.max);
                                  }
                                });
    }
    case DType::kInt8:
      return integer<int8_t>(context, window, reference ? plain_add<int8_t, int32_t> : ops.add_s8,
                             reference ? nullptr : ops.average_s8);
    case DType::kUInt8:
      return integer<uint8_t>(context, window, reference ? plain_add<uint8_t, int32_t> : ops.add_u8,
                              reference ? nullptr : ops.average_u8);
    case DType::kInt16:
      return integer<int16_t>(context, window, plain_add<int16_t, int32_t>, nullptr);
    default:
      context.fail(context.describe_input(0), " is of a type that cannot be pooled");
  }
}

}  // namespace

extern const OpDef kAveragePool2D;
const OpDef kAveragePool2D = {
    .code = BuiltinOp::kAveragePool2D,
    .max_version = 3,
    .inputs = {{"input"}},
    .options = &schema_of<Pool2DOptions>(),
    .infer = infer_pool,
    .prepare = prepare,
    .quant = {.output = QuantRule::kSameAsInput, .int16 = true},
    .types = "float32, int8, uint8, int16",
    .fast_path = true,
};

}  // namespace litewright
