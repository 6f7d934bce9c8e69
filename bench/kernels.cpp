// Google Benchmark over the rows of the float and integer kernels: GMAC/s by the thread's CPU time, and the
// share of what the row's instruction set could do at most.
//
// cmake -B build/bench -G Ninja -DLITEWRIGHT_BUILD_BENCHMARKS=ON && ninja -C build/bench litewright_kernels
// build/bench/litewright_kernels --benchmark_filter='f32_gemm.*'
#include <benchmark/benchmark.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <ctime>
#include <string>
#include <vector>

#include "kernels/depthwise/depthwise.h"
#include "kernels/f32_gemm/f32_gemm.h"
#include "kernels/int_gemm/int_gemm.h"
#include "kernels/winograd/winograd.h"
#include "runtime/aligned_buffer.h"

namespace litewright {
namespace {

template <class T>
class Buffer {
 public:
  explicit Buffer(int64_t count) : memory_(count * sizeof(T) + 256) {
    for (int64_t i = 0; i < count; ++i) data()[i] = static_cast<T>((i * 7 + i / 13) % 5);
  }
  T* data() { return reinterpret_cast<T*>(memory_.data()); }

 private:
  AlignedBuffer memory_;
};

double thread_seconds() {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

// Independent chains of multiply-adds; multiply_add(sum) does one of `width`.
template <class V, class MultiplyAdd>
inline __attribute__((always_inline)) double multiply_adds(int width, const MultiplyAdd& multiply_add) {
  constexpr int64_t kSteps = 2'000'000;
  V sums[12] = {};
  const double start = thread_seconds();
  for (int64_t n = 0; n < kSteps; ++n) {
#pragma GCC unroll 12
    for (V& sum : sums) multiply_add(sum);
  }
  const double spent = thread_seconds() - start;
  V total = sums[0];
#pragma GCC unroll 12
  for (int i = 1; i < 12; ++i) total += sums[i];
  benchmark::DoNotOptimize(total);
  return 12.0 * width * kSteps / spent;
}
typedef float Float4 __attribute__((vector_size(16)));
double peak_portable() {
  return multiply_adds<Float4>(4, [](Float4& sum) {
    sum = sum * 0.999f + 0.001f;
    asm("" : "+x"(sum));
  });
}
#if defined(__x86_64__)
__attribute__((target("avx2,fma"))) double peak_avx2() {
  return multiply_adds<__m256>(8, [](__m256& sum) { asm("vfmadd231ps %0, %0, %0" : "+x"(sum)); });
}
__attribute__((target("avx512f"))) double peak_avx512() {
  return multiply_adds<__m512>(16, [](__m512& sum) { asm("vfmadd231ps %0, %0, %0" : "+v"(sum)); });
}
#endif

// Float multiply-adds a second that this processor can do at `isa`.
double peak(Isa isa) {
  static double known[kIsaCount] = {};
  double& value = known[static_cast<int>(isa)];
  for (int i = 0; value == 0 || i < 3; ++i) {
    double now = peak_portable();
#if defined(__x86_64__)
    if (isa >= Isa::kAvx512) {
      now = peak_avx512();
    } else if (isa >= Isa::kAvx2) {
      now = peak_avx2();
    }
#endif
    value = std::max(value, now);
  }
  return value;
}

// `per_float`: products of the row's instructions per float product.
void report(benchmark::State& state, int64_t products, Isa isa, double per_float = 1) {
  const double all = static_cast<double>(products) * static_cast<double>(state.iterations());
  state.counters["GMAC/s"] = benchmark::Counter(all * 1e-9, benchmark::Counter::kIsRate);
  state.counters["peak"] = benchmark::Counter(all / (peak(isa) * per_float), benchmark::Counter::kIsRate);
}

struct Product {
  int64_t rows, n, k;
};
// Of convolutions and dense layers of usual networks.
constexpr Product kProducts[] = {{1, 1000, 1280}, {1, 10, 9216},   {16, 64, 64},   {49, 160, 960},
                                 {49, 960, 160},  {49, 1280, 320}, {196, 96, 576}, {196, 576, 96},
                                 {784, 32, 192},  {1225, 64, 288}, {3136, 144, 24}};

void f32_gemm(benchmark::State& state, const F32GemmKernel& kernel, Product p) {
  Buffer<float> a(p.rows * p.k), b(p.n * p.k), c(p.rows * p.n);
  Buffer<float> packed(f32_gemm_packed_size(kernel.nr, p.n, p.k));
  f32_gemm_pack(kernel.nr, p.n, p.k, b.data(), p.k, 1, nullptr, packed.data());
  for (auto _ : state) {
    kernel.function(p.rows, p.n, p.k, a.data(), p.k, packed.data(), c.data(), p.n, -1e9f, 1e9f);
    benchmark::ClobberMemory();
  }
  report(state, p.rows * p.n * p.k, kernel.isa);
}

void f32_gemm_pack_weights(benchmark::State& state, const F32GemmKernel& kernel, Product p) {
  Buffer<float> b(p.n * p.k), packed(f32_gemm_packed_size(kernel.nr, p.n, p.k));
  for (auto _ : state) {
    f32_gemm_pack(kernel.nr, p.n, p.k, b.data(), p.k, 1, nullptr, packed.data());
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * p.n * p.k * 4);
}

void int_gemm(benchmark::State& state, const IntGemmKernel& kernel, Product p) {
  const int64_t row = kernel.row_bytes(p.k);
  Buffer<uint8_t> a(p.rows * row);
  Buffer<int8_t> b(p.n * p.k), packed(int_gemm_packed_size(kernel, p.n, p.k));
  Buffer<int32_t> c(p.rows * p.n), sums(p.n);
  int_gemm_pack(kernel, p.n, p.k, b.data(), p.k, 1, nullptr, 0, packed.data(), sums.data());
  for (auto _ : state) {
    kernel.multiply(p.rows, p.n, p.k, a.data(), row, packed.data(), c.data(), p.n);
    benchmark::ClobberMemory();
  }
  const int per_float = kernel.a == IntGemmA::kInt16 ? 2 : kernel.a == IntGemmA::kUInt8 ? 4 : 32;
  report(state, p.rows * p.n * p.k, kernel.isa, per_float);
}

struct Image {
  int64_t size, channels, kernel, stride;
};
constexpr Image kDepthwise[] = {{112, 32, 3, 1}, {112, 96, 3, 2}, {56, 144, 3, 1}, {28, 192, 3, 1},
                                {28, 240, 5, 1}, {14, 384, 3, 1}, {7, 960, 3, 1},  {5, 64, 3, 1}};

void f32_depthwise(benchmark::State& state, const F32DepthwiseKernel& kernel, Image e) {
  const int64_t out = (e.size + e.stride - 1) / e.stride, taps = e.kernel * e.kernel;
  const DepthwiseAxis axis{e.size, out, e.kernel, e.stride, 1, (e.kernel - e.stride + 1) / 2};
  Buffer<float> input(e.size * e.size * e.channels), weights(taps * e.channels), bias(e.channels),
      output(out * out * e.channels);
  for (auto _ : state) {
    kernel.function({e.channels, axis, axis}, input.data(), weights.data(), bias.data(), 0, out,
                    output.data(), -1e9f, 1e9f);
    benchmark::ClobberMemory();
  }
  report(state, out * out * e.channels * taps, kernel.isa);
}

void winograd(benchmark::State& state, const WinogradKernel& kernel, bool input) {
  constexpr int64_t kChannels = 64, kTiles = 14;
  Buffer<float> image(kWinogradPatch * kWinogradPatch * kChannels), bias(kChannels),
      planes(kWinogradPlanes * kTiles * kChannels);
  for (auto _ : state) {
    for (int64_t t = 0; t < kTiles; ++t) {
      if (input) {
        kernel.input(kChannels, image.data(), kWinogradPatch * kChannels, kChannels,
                     planes.data() + t * kChannels, kTiles * kChannels);
      } else {
        kernel.output(kChannels, planes.data() + t * kChannels, kTiles * kChannels, bias.data(), image.data(),
                      kWinogradPatch * kChannels, kChannels, kWinogradTile, kWinogradTile, -1e9f, 1e9f);
      }
    }
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * kTiles * kChannels);
}

std::string shape(const Product& p) {
  return "/" + std::to_string(p.rows) + "x" + std::to_string(p.n) + "x" + std::to_string(p.k);
}

void add_products() {
  for (const Product& p : kProducts) {
    for (const F32GemmKernel& row : f32_gemm_kernels()) {
      if (!isa_allows(current_isa(), row.isa)) continue;
      benchmark::RegisterBenchmark((row.name + shape(p)).c_str(), f32_gemm, row, p);
      benchmark::RegisterBenchmark((row.name + std::string("_pack") + shape(p)).c_str(),
                                   f32_gemm_pack_weights, row, p);
    }
    for (const IntGemmKernel& row : int_gemm_kernels()) {
      if (isa_allows(current_isa(), row.isa))
        benchmark::RegisterBenchmark((row.name + shape(p)).c_str(), int_gemm, row, p);
    }
  }
}

void add_images() {
  for (const F32DepthwiseKernel& row : f32_depthwise_kernels()) {
    for (const Image& image : kDepthwise) {
      const std::string name = row.name + std::string("/") + std::to_string(image.size) + "x" +
                               std::to_string(image.channels) + "k" + std::to_string(image.kernel) + "s" +
                               std::to_string(image.stride);
      if (isa_allows(current_isa(), row.isa)) benchmark::RegisterBenchmark(name.c_str(), f32_depthwise, row, image);
    }
  }
  for (const WinogradKernel& row : winograd_kernels()) {
    if (!isa_allows(current_isa(), row.isa)) continue;
    benchmark::RegisterBenchmark((row.name + std::string("/input")).c_str(), winograd, row, true);
    benchmark::RegisterBenchmark((row.name + std::string("/output")).c_str(), winograd, row, false);
  }
}

}  // namespace
}  // namespace litewright

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  litewright::add_products();
  litewright::add_images();
  benchmark::RunSpecifiedBenchmarks();
}
