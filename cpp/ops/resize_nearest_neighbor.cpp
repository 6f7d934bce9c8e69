// RESIZE_NEAREST_NEIGHBOR: every output pixel is the input pixel nearest to it.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "ops/resize.h"

namespace litewright {
namespace {

// For every output index along one dimension, the input index.
std::vector<int64_t> nearest(int32_t input, int32_t output, const ResizeNearestNeighborOptions& options) {
  const float scale = resize_scale(input, output, options.align_corners);
  const float offset = options.half_pixel_centers ? 0.5f : 0.0f;
  std::vector<int64_t> result(output);
  for (int32_t i = 0; i < output; ++i) {
    const float position = (static_cast<float>(i) + offset) * scale;
    const auto index =
        static_cast<int64_t>(options.align_corners ? std::round(position) : std::floor(position));
    result[i] = std::clamp<int64_t>(index, 0, input - 1);
  }
  return result;
}

Kernel prepare(PrepareContext& c) {
  const auto& options = c.options<ResizeNearestNeighborOptions>();
  const Shape& in = c.input_shape(0);
  const Shape& out = c.output_shape(0);
  const int64_t pixel = in[3] * static_cast<int64_t>(dtype_size(c.input_dtype(0)));
  std::vector<int64_t> columns = nearest(in[2], out[2], options);
  for (int64_t& column : columns) column *= pixel;
  return [rows = nearest(in[1], out[1], options), columns = std::move(columns), pixel,
          in_height = int64_t{in[1]}, in_row = in[2] * pixel](RunContext& run) -> Status {
    const int64_t height = static_cast<int64_t>(rows.size()),
                  out_row = static_cast<int64_t>(columns.size()) * pixel;
    const uint8_t* source = run.in<uint8_t>(0);
    uint8_t* destination = run.out<uint8_t>(0);
    const auto body = [&](int64_t begin, int64_t end) {
      for (int64_t y = begin; y < end; ++y) {
        uint8_t* to = destination + y * out_row;
        if (y > begin && y % height != 0 &&
            rows[y % height] == rows[y % height - 1]) {  // like the row before
          std::memcpy(to, to - out_row, static_cast<size_t>(out_row));
          continue;
        }
        const uint8_t* from = source + (y / height * in_height + rows[y % height]) * in_row;
        const auto copy = [&](auto bytes) {
          for (int64_t column : columns) {
            std::memcpy(to, from + column, static_cast<size_t>(bytes));
            to += bytes;
          }
        };
        if (pixel == 4) {
          copy(std::integral_constant<int64_t, 4>());
        } else {
          copy(pixel);
        }
      }
    };
    run.pool().parallel_for(run.output_shape(0)[0] * height, (32 << 10) / std::max<int64_t>(out_row, 1) + 1,
                            body);
    return {};
  };
}

}  // namespace

extern const OpDef kResizeNearestNeighbor;
const OpDef kResizeNearestNeighbor = {.code = BuiltinOp::kResizeNearestNeighbor,
                                      .max_version = 4,
                                      .inputs = {{"input"}, {"size"}},
                                      .options = &schema_of<ResizeNearestNeighborOptions>(),
                                      .infer = infer_resize,
                                      .prepare = prepare,
                                      .quant = same_scale_rule(),
                                      .types = "all but string"};

}  // namespace litewright
