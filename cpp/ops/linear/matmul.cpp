#include "ops/linear/matmul.h"

#include <algorithm>

namespace litewright {
namespace {

constexpr int64_t kBlockBytes = 96 * 1024;       // of rows, to stay in the second-level cache
constexpr int64_t kProductsPerThread = 300'000;  // below, waking a thread costs more than it brings

}  // namespace

MatmulBlocks::MatmulBlocks(int64_t rows, int64_t columns, int64_t depth, int64_t row_bytes, int mr, int nr,
                           int num_threads)
    : rows(rows), columns(columns), nr(nr) {
  const int64_t most_tiles = std::max<int64_t>(kMaxBlockRows / mr, 1);
  const int64_t tiles =
      std::clamp<int64_t>(kBlockBytes / std::max<int64_t>(row_bytes * mr, 1), 1, most_tiles);
  block_rows = std::max<int64_t>(std::min(tiles, (rows + mr - 1) / mr), 1) * mr;
  const int64_t row_tiles = (rows + mr - 1) / mr, column_tiles = (columns + nr - 1) / nr;
  by_rows = row_tiles >= 4 * num_threads || row_tiles >= column_tiles;
  const int64_t useful = rows * columns * std::max<int64_t>(depth, 1) / kProductsPerThread;
  parts = static_cast<int>(
      std::clamp<int64_t>(std::min(by_rows ? row_tiles : column_tiles, useful), 1, num_threads));
  if (parts > 1 && by_rows) block_rows = std::min(block_rows, (row_tiles + parts - 1) / parts * mr);
}

MatmulBlocks MatmulBlocks::f32(int64_t rows, int64_t columns, int64_t depth, const F32GemmKernel& kernel,
                               int num_threads) {
  constexpr int64_t kBlockBytes = 640 * 1024, kMostRows = 448;
  const int64_t row_bytes = std::max<int64_t>(depth, 1) * static_cast<int64_t>(sizeof(float));
  MatmulBlocks blocks(rows, columns, depth, row_bytes, kernel.mr, kernel.nr, num_threads);
  const int64_t most = std::clamp<int64_t>(kBlockBytes / row_bytes, kernel.mr, kMostRows);
  const int64_t shared =
      std::max<int64_t>(blocks.by_rows ? (rows + blocks.parts - 1) / blocks.parts : rows, 1);
  const int64_t count = (shared + most - 1) / most;
  blocks.block_rows = (shared + count - 1) / count;
  return blocks;
}

MatmulBlocks::Part MatmulBlocks::part(int index) const {
  const int64_t step = by_rows ? block_rows : nr, all = by_rows ? rows : columns;
  const int64_t tiles = (all + step - 1) / step;
  const int64_t first = tiles * index / parts * step,
                last = std::min(tiles * (index + 1) / parts * step, all);
  if (by_rows) return {first, last, 0, columns};
  return {0, rows, first, last};
}

PackedF32 pack_f32(Isa isa, int64_t n, int64_t k, const float* b, int64_t column_stride, int64_t depth_stride,
                   const float* bias) {
  PackedF32 packed{&f32_gemm_kernels().best(isa), n, k, nullptr};
  packed.data =
      std::make_shared<AlignedBuffer>(f32_gemm_packed_size(packed.kernel->nr, n, k) * sizeof(float));
  f32_gemm_pack(packed.kernel->nr, n, k, b, column_stride, depth_stride, bias,
                reinterpret_cast<float*>(packed.data->data()));
  return packed;
}

PackedInt pack_int(Isa isa, bool int16, int64_t n, int64_t k, const int8_t* b, int64_t column_stride,
                   int64_t depth_stride, const int32_t* bias, int32_t zero_point) {
  PackedInt packed;
  packed.kernel = &(int16 ? int_gemm_int16_kernels() : int_gemm_kernels()).best(isa);
  packed.n = n, packed.k = k;
  packed.sums.resize(n);
  int64_t bytes = 0, depth = 0;
  do {
    const int64_t block = int16 ? std::min(k - depth, kInt16GemmMaxDepth) : k;
    packed.block_depths.push_back(block);
    packed.block_offsets.push_back(bytes);
    bytes += (int_gemm_packed_size(*packed.kernel, n, block) + 63) / 64 * 64;
    depth += block;
  } while (depth < k);
  packed.data = std::make_shared<AlignedBuffer>(bytes);
  repack_int(packed, b, column_stride, depth_stride, bias, zero_point);
  return packed;
}

void repack_int(PackedInt& packed, const int8_t* b, int64_t column_stride, int64_t depth_stride,
                const int32_t* bias, int32_t zero_point) {
  int64_t depth = 0;
  for (size_t i = 0; i < packed.block_depths.size(); ++i) {
    int_gemm_pack(*packed.kernel, packed.n, packed.block_depths[i], b + depth * depth_stride, column_stride,
                  depth_stride, i == 0 ? bias : nullptr, zero_point,
                  reinterpret_cast<int8_t*>(packed.data->data()) + packed.block_offsets[i],
                  packed.sums.data());
    depth += packed.block_depths[i];
  }
}

}  // namespace litewright
