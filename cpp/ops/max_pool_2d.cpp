// MAX_POOL_2D: the largest element of each window, per channel.
#include "kernels/row_ops/row_ops.h"
#include "ops/pool_2d.h"

namespace litewright {
namespace {

template <class T>
Kernel pool(const PoolWindow& window, void (*take_max)(int64_t, const T*, T*), T lo, T hi) {
  const int64_t channels = window.channels;
  const bool clamps = lo > std::numeric_limits<T>::lowest() || hi < std::numeric_limits<T>::max();
  return [=](RunContext& run) {
    run_pool(run, window,
             [&](int64_t index, int64_t first, int64_t row_pixels, int64_t rows, int64_t columns) {
               const T* from = run.in<T>(0) + first * channels;
               T* best = run.out<T>(0) + index * channels;
               std::copy_n(from, channels, best);
               for (int64_t y = 0; y < rows; ++y) {
                 for (int64_t x = 0; x < columns; ++x) {
                   if (x + y > 0) take_max(channels, from + (y * row_pixels + x) * channels, best);
                 }
               }
               for (int64_t c = 0; clamps && c < channels; ++c) best[c] = std::min(std::max(best[c], lo), hi);
             });
    return Status();
  };
}

template <class T>
void plain_max(int64_t n, const T* x, T* best) {
  for (int64_t i = 0; i < n; ++i) best[i] = std::max(best[i], x[i]);
}

Kernel prepare(PrepareContext& context) {
  const PoolWindow window = pool_window(context);
  const Activation activation = context.options<Pool2DOptions>().fused_activation_function;
  const RowOps& ops = row_ops_variants().best(context.isa());
  const bool reference = context.reference();
  const DType dtype = context.input_dtype(0);
  if (dtype == DType::kFloat32) {
    if (!reference)
      return f32_pool_kernel(window, f32_pool_kernels().best(context.isa()).largest, activation);
    const ValueRange<float> range = activation_range<float>(activation);
    return pool<float>(window, plain_max<float>, range.min, range.max);
  }
  const IntRange range = quantized_activation_range(activation, dtype, context.output_quantization(0));
  switch (dtype) {
    case DType::kInt8:
      return pool<int8_t>(window, reference ? plain_max<int8_t> : ops.max_s8, static_cast<int8_t>(range.min),
                          static_cast<int8_t>(range.max));
    case DType::kUInt8:
      return pool<uint8_t>(window, reference ? plain_max<uint8_t> : ops.max_u8,
                           static_cast<uint8_t>(range.min), static_cast<uint8_t>(range.max));
    case DType::kInt16:
      return pool<int16_t>(window, reference ? plain_max<int16_t> : ops.max_s16,
                           static_cast<int16_t>(range.min), static_cast<int16_t>(range.max));
    default:
      context.fail(context.describe_input(0), " is of a type that cannot be pooled");
  }
}

}  // namespace

extern const OpDef kMaxPool2D;
const OpDef kMaxPool2D = {
    .code = BuiltinOp::kMaxPool2D,
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
