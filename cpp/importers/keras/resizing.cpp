#include "importers/keras/resizing.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace litewright::keras {
namespace {

double cubic(double x, double b, double c) {  // the Mitchell-Netravali family
  x = std::fabs(x);
  if (x < 1) return ((12 - 9 * b - 6 * c) * x * x * x + (-18 + 12 * b + 6 * c) * x * x + (6 - 2 * b)) / 6;
  if (x < 2)
    return ((-b - 6 * c) * x * x * x + (6 * b + 30 * c) * x * x + (-12 * b - 48 * c) * x + (8 * b + 24 * c)) /
           6;
  return 0;
}

double lanczos(double x, double radius) {
  if (std::fabs(x) < 1e-9) return 1;
  if (std::fabs(x) >= radius) return 0;
  const double pi = M_PI * x;
  return radius * std::sin(pi) * std::sin(pi / radius) / (pi * pi);
}

struct Filter {
  const char* name;
  double radius;
  double (*weight)(double);
};

const Filter* find_filter(const std::string& name) {
  static const Filter kFilters[] = {
      {"bicubic", 2, [](double x) { return cubic(x, 0, 0.5); }},
      {"lanczos3", 3, [](double x) { return lanczos(x, 3); }},
      {"lanczos5", 5, [](double x) { return lanczos(x, 5); }},
      {"gaussian", 1.5,
       [](double x) { return std::fabs(x) >= 1.5 ? 0 : std::exp(-x * x / (2 * 0.5 * 0.5)); }},
      {"mitchellcubic", 2, [](double x) { return cubic(x, 1.0 / 3, 1.0 / 3); }},
  };
  for (const Filter& filter : kFilters) {
    if (name == filter.name) return &filter;
  }
  return nullptr;
}

// [out, in]: how much each input sample counts for each output sample.
std::vector<float> resampling(const std::string& name, int32_t in, int32_t out) {
  std::vector<float> matrix(static_cast<size_t>(in) * static_cast<size_t>(out), 0.0f);
  const double scale = static_cast<double>(in) / out;
  const Filter* filter = find_filter(name);
  for (int32_t o = 0; o < out; ++o) {
    float* row = matrix.data() + static_cast<size_t>(o) * static_cast<size_t>(in);
    if (filter == nullptr) {  // area: the overlap of intervals
      for (int32_t i = 0; i < in; ++i) {
        const double overlap = std::min<double>(i + 1, (o + 1) * scale) - std::max<double>(i, o * scale);
        row[i] = static_cast<float>(std::max(overlap, 0.0) / scale);
      }
      continue;
    }
    double center = (o + 0.5) * scale - 0.5;
    // TensorFlow takes bicubic weights from a table of 1024 steps between two samples.
    if (std::string(filter->name) == "bicubic")
      center = std::floor(center) + std::rint((center - std::floor(center)) * 1024) / 1024;
    double total = 0;
    for (int32_t i = 0; i < in; ++i) total += filter->weight(i - center);
    for (int32_t i = 0; i < in; ++i) row[i] = static_cast<float>(filter->weight(i - center) / total);
  }
  return matrix;
}

TensorId resize_by_matrix(Lowering& layer, TensorId x, int32_t height, int32_t width,
                          const std::string& interpolation) {
  const int32_t h = layer.channels(x, 1), w = layer.channels(x, 2), c = layer.channels(x, 3);
  const TensorId rows = layer.floats(resampling(interpolation, h, height), {1, height, h});
  const TensorId columns = layer.floats(resampling(interpolation, w, width), {1, width, w});
  TensorId y = layer.matmul(rows, layer.reshape(x, {-1, h, w * c}));
  y = layer.matmul(columns, layer.reshape(y, {-1, w, c}));
  return layer.reshape(y, {-1, height, width, c});
}

BuiltinOp builtin(const std::string& interpolation) {
  return interpolation == "nearest" ? BuiltinOp::kResizeNearestNeighbor : BuiltinOp::kResizeBilinear;
}

Options half_pixel(const std::string& interpolation) {
  if (interpolation == "nearest") return ResizeNearestNeighborOptions{false, true};
  return ResizeBilinearOptions{false, true};
}

}  // namespace

TensorId resize_to(Lowering& layer, TensorId x, int32_t height, int32_t width,
                   const std::string& interpolation) {
  if (interpolation == "nearest" || interpolation == "bilinear") {
    if (layer.shape(x)[1] == height && layer.shape(x)[2] == width) return x;
    return layer.op(builtin(interpolation), {x, layer.ints({height, width})}, half_pixel(interpolation));
  }
  if (interpolation != "area" && find_filter(interpolation) == nullptr) {
    layer.unsupported("the interpolation '" + interpolation +
                      "' is not known; use nearest, bilinear or bicubic");
  }
  return resize_by_matrix(layer, x, height, width, interpolation);
}

TensorId resize_by(Lowering& layer, TensorId x, int32_t factor_h, int32_t factor_w,
                   const std::string& interpolation) {
  if (interpolation != "nearest" && interpolation != "bilinear") {
    layer.unsupported("the interpolation '" + interpolation +
                      "' needs an image size that is known; give the Input a shape");
  }
  const TensorId all = layer.op(BuiltinOp::kShape, {x}, ShapeOptions{DType::kInt32});
  const TensorId size = layer.mul(layer.slice(all, {1}, {3}, {1}, {}), layer.ints({factor_h, factor_w}));
  const Shape& from = layer.shape(x);
  const Shape to = {from[0], from[1] < 0 ? -1 : from[1] * factor_h, from[2] < 0 ? -1 : from[2] * factor_w,
                    from[3]};
  return layer.declared(builtin(interpolation), {x, size}, half_pixel(interpolation), DType::kFloat32, to);
}

}  // namespace litewright::keras
