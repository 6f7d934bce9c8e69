// Every row of the matrix product kernels against plain loops.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "kernels/f32_gemm/f32_gemm.h"
#include "kernels/f32_gemv/f32_gemv.h"
#include "kernels/int_gemm/int_gemm.h"
#include "tests_cpp/kernels/random.h"

namespace litewright {
namespace {

struct Extents {
  int64_t m, n, k;
};
constexpr Extents kExtents[] = {{1, 1, 1},    {1, 7, 3},    {1, 130, 33}, {2, 16, 5},    {3, 32, 64},
                                {5, 33, 17},  {14, 31, 40}, {15, 64, 9},  {29, 100, 27}, {64, 48, 130},
                                {1, 10, 700}, {7, 40, 321}, {33, 17, 64}};

template <class Row>
bool runs_here(const Row& row) {
  return isa_allows(detect_isa(), row.isa);
}

TEST(F32Gemm, EveryRowMatchesPlainLoops) {
  constexpr uint32_t kSeed = 1;
  SCOPED_TRACE(kSeed);
  Random random(kSeed);
  for (const Extents& e : kExtents) {
    const auto a = random.reals(e.m * e.k, -1, 1), b = random.reals(e.n * e.k, -1, 1),
               bias = random.reals(e.n, -1, 1);
    for (const F32GemmKernel& kernel : f32_gemm_kernels()) {
      if (!runs_here(kernel)) continue;
      std::vector<float> packed(f32_gemm_packed_size(kernel.nr, e.n, e.k)), c(e.m * (e.n + 2), 9.0f);
      f32_gemm_pack(kernel.nr, e.n, e.k, b.data(), e.k, 1, bias.data(), packed.data());
      kernel.function(e.m, e.n, e.k, a.data(), e.k, packed.data(), c.data(), e.n + 2, -2, 3);
      for (int64_t i = 0; i < e.m; ++i) {
        for (int64_t j = 0; j < e.n; ++j) {
          double sum = bias[j];
          for (int64_t d = 0; d < e.k; ++d) sum += static_cast<double>(a[i * e.k + d]) * b[j * e.k + d];
          ASSERT_NEAR(c[i * (e.n + 2) + j], std::clamp(sum, -2.0, 3.0), 1e-5)
              << kernel.name << " " << i << "," << j;
        }
        ASSERT_EQ(c[i * (e.n + 2) + e.n], 9.0f) << kernel.name << " writes beyond its columns";
      }
    }
  }
}

// Windows of an image give what their values side by side give.
TEST(F32Gemm, WindowsWhereTheyLieAreRows) {
  constexpr uint32_t kSeed = 2;
  SCOPED_TRACE(kSeed);
  Random random(kSeed);
  for (const auto& [lines, length, step, rows, n] :
       {std::array<int64_t, 5>{3, 9, 6, 17, 8}, {10, 4, 2, 5, 64}, {1, 5, 5, 3, 33}, {4, 8, 1, 30, 20}}) {
    const int64_t line = (rows - 1) * step + length + 3, k = lines * length;
    const auto image = random.reals(lines * line, -1, 1), b = random.reals(n * k, -1, 1);
    std::vector<float> patches;
    for (int64_t i = 0; i < rows; ++i) {
      for (int64_t y = 0; y < lines; ++y) {
        const auto from = image.begin() + y * line + i * step;
        patches.insert(patches.end(), from, from + length);
      }
    }
    for (const F32GemmKernel& kernel : f32_gemm_kernels()) {
      if (!runs_here(kernel)) continue;
      std::vector<float> packed(f32_gemm_packed_size(kernel.nr, n, k)), want(rows * n), got(rows * n);
      f32_gemm_pack(kernel.nr, n, k, b.data(), k, 1, nullptr, packed.data());
      kernel.function(rows, n, k, patches.data(), k, packed.data(), want.data(), n, -2, 3);
      kernel.windows(rows, n, k, {lines, line}, image.data(), step, packed.data(), got.data(), n, -2, 3);
      ASSERT_EQ(got, want) << kernel.name << " " << rows << " rows of " << lines << "x" << length;
    }
  }
}

TEST(F32Gemv, EveryRowMatchesPlainLoops) {
  constexpr uint32_t kSeed = 7;
  SCOPED_TRACE(kSeed);
  Random random(kSeed);
  for (const Extents& e : kExtents) {
    const auto x = random.reals(e.k, -1, 1), w = random.reals(e.n * e.k, -1, 1),
               bias = random.reals(e.n, -1, 1);
    for (const F32GemvKernel& kernel : f32_gemv_kernels()) {
      if (!runs_here(kernel)) continue;
      std::vector<float> y(e.n + 1, 9.0f);
      kernel.function(e.n, e.k, x.data(), w.data(), bias.data(), y.data(), -2, 3);
      for (int64_t j = 0; j < e.n; ++j) {
        double sum = bias[j];
        for (int64_t d = 0; d < e.k; ++d) sum += static_cast<double>(x[d]) * w[j * e.k + d];
        ASSERT_NEAR(y[j], std::clamp(sum, -2.0, 3.0), 1e-5) << kernel.name << " " << j;
      }
      ASSERT_EQ(y[e.n], 9.0f) << kernel.name << " writes beyond its columns";
    }
  }
}

TEST(IntGemm, EveryRowIsExact) {
  constexpr uint32_t kSeed = 2;
  SCOPED_TRACE(kSeed);
  Random random(kSeed);
  for (const Extents& e : kExtents) {
    const auto a = random.integers<int8_t>(e.m * e.k, -128, 127),
               b = random.integers<int8_t>(e.n * e.k, -128, 127);
    const auto bias = random.integers<int32_t>(e.n, -100000, 100000);
    const int32_t zero = static_cast<int32_t>(random.integer(-128, 127));
    for (const IntGemmKernel& kernel : int_gemm_kernels()) {
      if (!runs_here(kernel)) continue;
      std::vector<int8_t> packed(int_gemm_packed_size(kernel, e.n, e.k));
      std::vector<int32_t> c(e.m * (e.n + 1), 77), sums(e.n);
      // Depth-major B, to test strides.
      std::vector<int8_t> transposed(e.n * e.k);
      for (int64_t j = 0; j < e.n; ++j) {
        for (int64_t d = 0; d < e.k; ++d) transposed[d * e.n + j] = b[j * e.k + d];
      }
      int_gemm_pack(kernel, e.n, e.k, transposed.data(), 1, e.n, bias.data(), zero, packed.data(),
                    sums.data());
      std::vector<uint8_t> rows(e.m * kernel.row_bytes(e.k), 0xA5);
      for (int64_t i = 0; i < e.m; ++i) {
        for (int64_t d = 0; d < e.k; ++d) {
          uint8_t* row = rows.data() + i * kernel.row_bytes(e.k);
          if (kernel.a == IntGemmA::kUInt8) {
            row[d] = static_cast<uint8_t>(a[i * e.k + d] + 128);
          } else if (kernel.a == IntGemmA::kInt8) {
            row[d] = static_cast<uint8_t>(a[i * e.k + d]);
          } else {
            reinterpret_cast<int16_t*>(row)[d] = a[i * e.k + d];
          }
        }
      }
      kernel.multiply(e.m, e.n, e.k, rows.data(), kernel.row_bytes(e.k), packed.data(), c.data(), e.n + 1);
      for (int64_t i = 0; i < e.m; ++i) {
        for (int64_t j = 0; j < e.n; ++j) {
          int32_t sum = bias[j];
          for (int64_t d = 0; d < e.k; ++d) sum += (a[i * e.k + d] - zero) * b[j * e.k + d];
          ASSERT_EQ(c[i * (e.n + 1) + j], sum) << kernel.name << " " << i << "," << j;
        }
        ASSERT_EQ(c[i * (e.n + 1) + e.n], 77) << kernel.name << " writes beyond its columns";
      }
    }
  }
}

TEST(IntGemm, SixteenBitValuesAtTheDepthLimitAreExact) {
  constexpr int64_t kN = 33, kK = kInt16GemmMaxDepth;
  const std::vector<int8_t> b(kN * kK, -128);
  const std::vector<int16_t> a(kK, -32768);
  for (const IntGemmKernel& kernel : int_gemm_int16_kernels()) {
    ASSERT_EQ(kernel.a, IntGemmA::kInt16);
    if (!runs_here(kernel)) continue;
    std::vector<int8_t> packed(int_gemm_packed_size(kernel, kN, kK));
    std::vector<int32_t> c(kN);
    int_gemm_pack(kernel, kN, kK, b.data(), kK, 1, nullptr, 0, packed.data(), nullptr);
    kernel.multiply(1, kN, kK, a.data(), 0, packed.data(), c.data(), kN);
    for (int32_t value : c) ASSERT_EQ(value, 32768 * 128 * (kK)) << kernel.name;
  }
}

}  // namespace
}  // namespace litewright
