// Float 3x3 convolutions without strides, by Winograd's F(4x4, 3x3): tiles are transformed, multiplied plane
// by plane, and transformed back.
#include "kernels/winograd/winograd.h"
#include "ops/fixed_point.h"
#include "ops/linear/conv.h"
#include "ops/linear/matmul.h"

namespace litewright {
namespace {

constexpr int64_t kTileBytes = 640 * 1024;  // of transformed tiles a thread works on: its second-level cache
constexpr int64_t kProductsPerThread = 300'000;

struct Winograd {
  ConvWindow window;
  ValueRange<float> range;
  const WinogradKernel* transforms;
  const F32GemmKernel* gemm;
  int64_t tiles_y, tiles_x, block;  // tiles of an image, and those multiplied at once
  int parts;

  int64_t tiles() const { return window.batch * tiles_y * tiles_x; }
  int64_t in_plane() const { return block * window.in_channels; }
  int64_t out_plane() const { return block * window.out_channels; }
  int64_t patch_size() const { return kWinogradPlanes * window.in_channels; }
  int64_t scratch_floats() const {
    return (kWinogradPlanes * (in_plane() + out_plane()) + patch_size() + 63) / 16 * 16;
  }

  void transform_tile(const float* input, int64_t tile, float* patch, float* to) const {
    const auto& [d, h, w] = window.axis;
    const int64_t channels = window.in_channels, row = w.in * channels;
    const int64_t y = tile / tiles_x % tiles_y * kWinogradTile - h.pad,
                  x = tile % tiles_x * kWinogradTile - w.pad;
    const float* image = input + tile / (tiles_x * tiles_y) * h.in * row;
    if (y >= 0 && x >= 0 && y + kWinogradPatch <= h.in && x + kWinogradPatch <= w.in) {
      transforms->input(channels, image + y * row + x * channels, row, channels, to, in_plane());
      return;
    }
    std::fill_n(patch, patch_size(), 0.0f);
    const int64_t first = std::max<int64_t>(-x, 0), last = std::min<int64_t>(kWinogradPatch, w.in - x);
    for (int64_t i = std::max<int64_t>(-y, 0); i < std::min<int64_t>(kWinogradPatch, h.in - y); ++i) {
      if (first < last) {
        std::copy_n(image + (y + i) * row + (x + first) * channels, (last - first) * channels,
                    patch + (i * kWinogradPatch + first) * channels);
      }
    }
    transforms->input(channels, patch, kWinogradPatch * channels, channels, to, in_plane());
  }

  void finish_tile(const float* planes, int64_t tile, const float* bias, float* output) const {
    const auto& [d, h, w] = window.axis;
    const int64_t y = tile / tiles_x % tiles_y * kWinogradTile, x = tile % tiles_x * kWinogradTile;
    const int64_t channels = window.out_channels, row = w.out * channels;
    transforms->output(channels, planes, out_plane(), bias,
                       output + (tile / (tiles_x * tiles_y) * h.out + y) * row + x * channels, row, channels,
                       static_cast<int>(std::min<int64_t>(kWinogradTile, h.out - y)),
                       static_cast<int>(std::min<int64_t>(kWinogradTile, w.out - x)), range.min, range.max);
  }

  void run(ThreadPool& pool, const float* input, const std::vector<PackedF32>& weights, const float* bias,
           float* output, float* scratch) const {
    const int64_t blocks = (tiles() + block - 1) / block;
    pool.parallel_for(parts, 1, [&](int64_t begin, int64_t end) {
      for (int64_t part = begin; part < end; ++part) {
        float* in_planes = scratch + part * scratch_floats();
        float* out_planes = in_planes + kWinogradPlanes * in_plane();
        float* patch = out_planes + kWinogradPlanes * out_plane();
        for (int64_t i = blocks * part / parts; i < blocks * (part + 1) / parts; ++i) {
          const int64_t first = i * block, count = std::min(block, tiles() - first);
          for (int64_t t = 0; t < count; ++t) {
            transform_tile(input, first + t, patch, in_planes + t * window.in_channels);
          }
          for (int p = 0; p < kWinogradPlanes; ++p) {
            constexpr float kInfinity = std::numeric_limits<float>::infinity();
            gemm->function(count, window.out_channels, window.in_channels, in_planes + p * in_plane(),
                           window.in_channels, reinterpret_cast<const float*>(weights[p].data->data()),
                           out_planes + p * out_plane(), window.out_channels, -kInfinity, kInfinity);
          }
          for (int64_t t = 0; t < count; ++t) {
            finish_tile(out_planes + t * window.out_channels, first + t, bias, output);
          }
        }
      }
    });
  }
};

// The packed planes of transformed weights.
std::vector<PackedF32> transform_weights(Isa isa, const ConvWindow& window, const float* weights) {
  const int64_t n = window.out_channels, k = window.in_channels;
  std::vector<float> planes(kWinogradPlanes * n * k);
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < k; ++j) {
      winograd_weights(weights + i * window.weight_out_stride + j * window.weight_in_stride,
                       window.weight_tap_stride, planes.data() + i * k + j, n * k);
    }
  }
  std::vector<PackedF32> packed;
  for (int p = 0; p < kWinogradPlanes; ++p)
    packed.push_back(pack_f32(isa, n, k, planes.data() + p * n * k, k, 1, nullptr));
  return packed;
}

}  // namespace

bool winograd_pays(const ConvWindow& window) {
  const auto& [d, h, w] = window.axis;
  for (const WindowAxis& axis : {h, w}) {
    if (axis.kernel != 3 || axis.stride != 1 || axis.dilation != 1) return false;
  }
  if (d.in != 1 || d.kernel != 1 || window.groups != 1) return false;
  if (window.in_channels < 16 || window.out_channels < 16) return false;
  const int64_t tiles = window.batch * ((h.out + 3) / 4) * ((w.out + 3) / 4);
  // Few tiles do not repay reading four times the weights; ragged edges waste products.
  return tiles >= 12 && kWinogradPlanes * tiles * 2 <= 9 * window.batch * window.out_pixels();
}

Kernel prepare_winograd_conv(PrepareContext& context, const ConvWindow& window, Activation activation) {
  const Isa isa = context.isa();
  const auto& [d, h, w] = window.axis;
  Winograd winograd{window,
                    activation_range<float>(activation),
                    &winograd_kernels().best(isa),
                    &f32_gemm_kernels().best(isa),
                    (h.out + 3) / 4,
                    (w.out + 3) / 4,
                    0,
                    1};
  const int64_t tile_bytes = kWinogradPlanes * (window.in_channels + window.out_channels) * sizeof(float);
  const int64_t mr = winograd.gemm->mr, useful = winograd.tiles() * kWinogradPlanes * window.in_channels *
                                                 window.out_channels / kProductsPerThread;
  const int64_t threads = std::clamp<int64_t>(useful, 1, context.num_threads());
  const int64_t per_thread = (winograd.tiles() + threads - 1) / threads;
  winograd.block = std::clamp<int64_t>(kTileBytes / tile_bytes / mr * mr, mr, std::max(per_thread, mr));
  winograd.parts =
      static_cast<int>(std::min(threads, (winograd.tiles() + winograd.block - 1) / winograd.block));
  const GroupWeights<PackedF32> weights(
      context, 1, -1, concat(winograd.gemm->name, "/winograd"), [=](const uint8_t* data, const void*) {
        return transform_weights(isa, window, reinterpret_cast<const float*>(data));
      });
  const int scratch = context.add_scratch(winograd.parts * winograd.scratch_floats() * sizeof(float));
  const std::vector<float> zeros(context.has_input(2) ? 0 : window.out_channels);
  return [=](RunContext& run) {
    winograd.run(run.pool(), run.in<float>(0), *weights.get(run),
                 run.has_input(2) ? run.in<float>(2) : zeros.data(), run.out<float>(0),
                 run.scratch<float>(scratch));
    return Status();
  };
}

}  // namespace litewright
