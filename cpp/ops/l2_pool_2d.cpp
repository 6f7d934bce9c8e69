// L2_POOL_2D: the root of the mean square of each window's elements inside the image, per channel.
#include <cmath>

#include "ops/pool_2d.h"

namespace litewright {
namespace {

void infer(InferContext& context) {
  if (context.input_dtype(0) != DType::kFloat32)
    context.fail(context.describe_input(0), " should be float32");
  infer_pool(context);
}

Kernel prepare(PrepareContext& context) {
  const PoolWindow window = pool_window(context);
  const auto range = activation_range<float>(context.options<Pool2DOptions>().fused_activation_function);
  return [=](RunContext& run) {
    const int64_t channels = window.channels;
    run_pool(run, window,
             [&](int64_t index, int64_t first, int64_t row_pixels, int64_t rows, int64_t columns) {
               for (int64_t c = 0; c < channels; ++c) {
                 float sum = 0;
                 for (int64_t y = 0; y < rows; ++y) {
                   for (int64_t x = 0; x < columns; ++x) {
                     const float value = run.in<float>(0)[(first + y * row_pixels + x) * channels + c];
                     sum += value * value;
                   }
                 }
                 const float root = std::sqrt(sum / static_cast<float>(rows * columns));
                 run.out<float>(0)[index * channels + c] = std::min(std::max(root, range.min), range.max);
               }
             });
    return Status();
  };
}

}  // namespace

extern const OpDef kL2Pool2D;
const OpDef kL2Pool2D = {
    .code = BuiltinOp::kL2Pool2D,
    .inputs = {{"input"}},
    .options = &schema_of<Pool2DOptions>(),
    .infer = infer,
    .prepare = prepare,
    .types = "float32",
};

}  // namespace litewright
