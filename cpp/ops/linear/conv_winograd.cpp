// Float convolutions without strides from fewer products: tiles are transformed, multiplied plane by plane,
// and transformed back.
#include <cstdlib>
#include <string_view>

#include "kernels/winograd/winograd.h"
#include "ops/fixed_point.h"
#include "ops/linear/conv.h"
#include "ops/linear/matmul.h"

namespace litewright {
namespace {

constexpr int64_t kTileBytes = 640 * 1024;  // of transformed tiles a thread works on: its second-level cache
constexpr int64_t kProductsPerThread = 300'000;

int64_t divide_up(int64_t a, int64_t b) { return (a + b - 1) / b; }

// The matrices of all planes, one after the other.
struct PackedPlanes {
  AlignedBuffer data;
  int64_t plane_size = 0;  // floats
  const float* plane(int p) const { return reinterpret_cast<const float*>(data.data()) + p * plane_size; }
};

struct Winograd {
  ConvWindow window;
  ValueRange<float> range;
  const WinogradKernel* kernel;
  const F32GemmKernel* gemm;
  BlockFunction after;
  int64_t tiles_y = 0, tiles_x = 0, block = 0;  // tiles of an image, and those multiplied at once
  int parts = 1;

  int64_t tiles() const { return window.batch * tiles_y * tiles_x; }
  // Planes that lay a multiple of 2 KB apart would compete for the same lines of the cache.
  int64_t plane_size(int64_t channels) const {
    const int64_t size = block * channels;
    return size % 512 == 0 ? size + 16 : size;
  }
  int64_t in_plane() const { return plane_size(window.in_channels); }
  int64_t out_plane() const { return plane_size(window.out_channels); }
  int64_t patch_size() const { return kernel->planes() * window.in_channels; }
  int64_t scratch_floats() const {
    return (kernel->planes() * (in_plane() + out_plane()) + patch_size() + 63) / 16 * 16;
  }

  void transform_tile(const float* input, int64_t tile, float* patch, float* to) const {
    const auto& [d, h, w] = window.axis;
    const int64_t channels = window.in_channels, row = w.in * channels;
    const int64_t y = tile / tiles_x % tiles_y * kernel->h.tile - h.pad,
                  x = tile % tiles_x * kernel->w.tile - w.pad;
    const int64_t height = kernel->h.patch(), width = kernel->w.patch();
    const float* image = input + tile / (tiles_x * tiles_y) * h.in * row;
    if (y >= 0 && x >= 0 && y + height <= h.in && x + width <= w.in) {
      kernel->input(channels, image + y * row + x * channels, row, channels, to, in_plane());
      return;
    }
    std::fill_n(patch, patch_size(), 0.0f);
    const int64_t first = std::max<int64_t>(-x, 0), last = std::min<int64_t>(width, w.in - x);
    for (int64_t i = std::max<int64_t>(-y, 0); i < std::min<int64_t>(height, h.in - y); ++i) {
      if (first < last) {
        std::copy_n(image + (y + i) * row + (x + first) * channels, (last - first) * channels,
                    patch + (i * width + first) * channels);
      }
    }
    kernel->input(channels, patch, width * channels, channels, to, in_plane());
  }

  void finish_tile(const float* planes, int64_t tile, const float* bias, float* output) const {
    const auto& [d, h, w] = window.axis;
    const int64_t y = tile / tiles_x % tiles_y * kernel->h.tile, x = tile % tiles_x * kernel->w.tile;
    const int64_t channels = window.out_channels, row = w.out * channels;
    const int64_t rows = std::min<int64_t>(kernel->h.tile, h.out - y),
                  columns = std::min<int64_t>(kernel->w.tile, w.out - x),
                  first = (tile / (tiles_x * tiles_y) * h.out + y) * w.out + x;
    kernel->output(channels, planes, out_plane(), bias, output + first * channels, row, channels,
                   static_cast<int>(rows), static_cast<int>(columns), range.min, range.max);
    for (int64_t i = 0; after && i < rows; ++i) {
      const int64_t pixel = first + i * w.out;
      after({reinterpret_cast<uint8_t*>(output + pixel * channels), channels, pixel, columns, 0, channels});
    }
  }

  void multiply(int64_t count, const float* in_planes, const PackedPlanes& weights, float* out_planes) const {
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    for (int p = 0; p < kernel->planes(); ++p) {
      gemm->function(count, window.out_channels, window.in_channels, in_planes + p * in_plane(),
                     window.in_channels, weights.plane(p), out_planes + p * out_plane(), window.out_channels,
                     -kInfinity, kInfinity);
    }
  }

  void run(ThreadPool& pool, const float* input, const PackedPlanes& weights, const float* bias,
           float* output, float* scratch) const {
    const int64_t blocks = divide_up(tiles(), block);
    pool.parallel_for(parts, 1, [&](int64_t begin, int64_t end) {
      for (int64_t part = begin; part < end; ++part) {
        float* in_planes = scratch + part * scratch_floats();
        float* out_planes = in_planes + kernel->planes() * in_plane();
        float* patch = out_planes + kernel->planes() * out_plane();
        for (int64_t i = blocks * part / parts; i < blocks * (part + 1) / parts; ++i) {
          const int64_t first = i * block, count = std::min(block, tiles() - first);
          for (int64_t t = 0; t < count; ++t)
            transform_tile(input, first + t, patch, in_planes + t * window.in_channels);
          multiply(count, in_planes, weights, out_planes);
          for (int64_t t = 0; t < count; ++t)
            finish_tile(out_planes + t * window.out_channels, first + t, bias, output);
        }
      }
    });
  }
};

// Output channels in groups of a panel of the product, so that what is transformed stays in the cache.
PackedPlanes transform_weights(ThreadPool& pool, const WinogradKernel& kernel, const F32GemmKernel& gemm,
                               const ConvWindow& window, const float* weights) {
  const WinogradFilter rows = winograd_filter(kernel.h), columns = winograd_filter(kernel.w);
  const int64_t n = window.out_channels, k = window.in_channels, planes = kernel.planes();
  PackedPlanes packed;
  packed.plane_size = f32_gemm_packed_size(gemm.nr, n, k);
  packed.data.reserve(planes * packed.plane_size * sizeof(float));
  float* to = reinterpret_cast<float*>(packed.data.data());
  // One channel's taps as planes k floats long, `step` apart.
  const auto transform = [&](const float* from, float* taps, float* lines, float* channel, int64_t step) {
    if (window.weight_in_stride != 1) {
      for (int64_t j = 0; j < window.taps() * k; ++j)
        taps[j] = from[j / k * window.weight_tap_stride + j % k * window.weight_in_stride];
      from = taps;
    }
    const int64_t row = kernel.w.taps * k;
    for (int y = 0; y < kernel.h.patch(); ++y) {
      kernel.combine(kernel.h.taps, rows.factors[y], from, row, row, lines + y * row);
      for (int x = 0; x < kernel.w.patch(); ++x) {
        kernel.combine(kernel.w.taps, columns.factors[x], lines + y * row, k, k,
                       channel + (y * kernel.w.patch() + x) * step);
      }
    }
  };
  const int64_t panels = divide_up(n, gemm.nr), parts = std::min<int64_t>(panels, pool.num_threads());
  const int64_t tap_floats = window.taps() * k, line_floats = kernel.h.patch() * kernel.w.taps * k,
                part_floats = tap_floats + line_floats + planes * gemm.nr * k;
  std::vector<float> room(parts * part_floats);
  const auto transform_part = [&](int64_t part) {
    float* taps = room.data() + part * part_floats;
    float *lines = taps + tap_floats, *group = lines + line_floats;
    for (int64_t panel = panels * part / parts; panel < panels * (part + 1) / parts; ++panel) {
      const int64_t first = panel * gemm.nr, count = std::min<int64_t>(gemm.nr, n - first);
      for (int64_t i = 0; i < count; ++i) {
        transform(weights + (first + i) * window.weight_out_stride, taps, lines, group + i * k, gemm.nr * k);
      }
      for (int64_t p = 0; p < planes; ++p) {
        f32_gemm_pack(gemm.nr, count, k, group + p * gemm.nr * k, k, 1, nullptr,
                      to + p * packed.plane_size + f32_gemm_packed_offset(first, k));
      }
    }
  };
  pool.parallel_for(parts, 1, [&](int64_t begin, int64_t end) {
    for (int64_t part = begin; part < end; ++part) transform_part(part);
  });
  return packed;
}

// What a convolution costs, in float products: those it makes or, if that takes longer, the reading of its
// weights, and the transforms. The factors are measured.
double cost(const ConvWindow& window, double products, double weights, double transformed_in,
            double transformed_out) {
  constexpr double kWeight = 32, kTransform = 12;
  return std::max(products, kWeight * weights) +
         kTransform * (transformed_in * window.in_channels + transformed_out * window.out_channels);
}

// The kernel for the window's shape that costs least, or nullptr if plain products do.
const WinogradKernel* winograd_kernel(Isa isa, const ConvWindow& window) {
  constexpr double kWorthIt = 0.9;
  const auto& [d, h, w] = window.axis;
  for (const WindowAxis& axis : {h, w}) {
    if (axis.stride != 1 || axis.dilation != 1) return nullptr;
  }
  if (d.in != 1 || d.kernel != 1 || window.groups != 1) return nullptr;
  if (window.in_channels < 16 || window.out_channels < 16) return nullptr;
  const double channels = static_cast<double>(window.in_channels) * static_cast<double>(window.out_channels);
  const double taps = static_cast<double>(window.taps());
  const double outputs = static_cast<double>(window.batch * window.out_pixels());
  double least = kWorthIt * cost(window, outputs * taps * channels, taps * channels, 0, 0);
  const WinogradKernel* best = nullptr;
  for (const WinogradKernel& kernel : winograd_kernels()) {
    if (kernel.isa > isa || kernel.h.taps != h.kernel || kernel.w.taps != w.kernel) continue;
    if (best != nullptr && kernel.isa != best->isa) break;
    const double planes = kernel.planes();
    const double tiles =
        static_cast<double>(window.batch * divide_up(h.out, kernel.h.tile) * divide_up(w.out, kernel.w.tile));
    const double rows = std::max(tiles, 8.0);  // fewer keep the products waiting for weights
    const double now =
        cost(window, planes * rows * channels, planes * channels, planes * tiles, planes * tiles);
    if (now < least) least = now, best = &kernel;
  }
  return best;
}

}  // namespace

bool winograd_pays(Isa isa, const ConvWindow& window) {
  const char* wish = std::getenv("LITEWRIGHT_WINOGRAD");
  return (wish == nullptr || std::string_view(wish) != "0") && winograd_kernel(isa, window) != nullptr;
}

Kernel prepare_winograd_conv(PrepareContext& context, const ConvWindow& window, Activation activation) {
  const Isa isa = context.isa();
  const auto& [d, h, w] = window.axis;
  Winograd winograd{window, activation_range<float>(activation), winograd_kernel(isa, window),
                    &f32_gemm_kernels().best(isa), context.take_followers()};
  const WinogradKernel& kernel = *winograd.kernel;
  winograd.tiles_y = divide_up(h.out, kernel.h.tile);
  winograd.tiles_x = divide_up(w.out, kernel.w.tile);
  const int64_t tile_bytes = kernel.planes() * (window.in_channels + window.out_channels) * sizeof(float);
  const int64_t mr = winograd.gemm->mr, tiles = winograd.tiles();
  const int64_t products = tiles * kernel.planes() * window.in_channels * window.out_channels;
  const int64_t threads = std::clamp<int64_t>(products / kProductsPerThread, 1, context.num_threads());
  const int64_t most = std::max<int64_t>(kTileBytes / tile_bytes / mr, 1) * mr;
  const int64_t blocks = divide_up(divide_up(tiles, threads), most) * threads;
  winograd.block = divide_up(tiles, blocks);
  winograd.parts = static_cast<int>(std::min(threads, divide_up(tiles, winograd.block)));
  const GroupWeights<PackedPlanes> weights(
      context, 1, -1, concat(winograd.gemm->name, '/', kernel.name),
      [window, &kernel, gemm = winograd.gemm, &pool = context.pool()](const uint8_t* data, const void*) {
        std::vector<PackedPlanes> planes;
        planes.push_back(
            transform_weights(pool, kernel, *gemm, window, reinterpret_cast<const float*>(data)));
        return planes;
      });
  const int scratch = context.add_scratch(winograd.parts * winograd.scratch_floats() * sizeof(float));
  const std::vector<float> zeros(context.has_input(2) ? 0 : window.out_channels);
  return [=](RunContext& run) {
    winograd.run(run.pool(), run.in<float>(0), weights.get(run)->front(),
                 run.has_input(2) ? run.in<float>(2) : zeros.data(), run.out<float>(0),
                 run.scratch<float>(scratch));
    return Status();
  };
}

}  // namespace litewright
