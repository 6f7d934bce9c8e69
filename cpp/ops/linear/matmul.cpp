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

PackedF32 pack_f32(ThreadPool& pool, Isa isa, int64_t n, int64_t k, const float* b, int64_t column_stride,
                   int64_t depth_stride, const float* bias) {
  PackedF32 packed{&f32_gemm_kernels().best(isa), n, k, nullptr};
  packed.data =
      std::make_shared<AlignedBuffer>(f32_gemm_packed_size(packed.kernel->nr, n, k) * sizeof(float));
  constexpr int64_t kWeightsPerThread = 20'000;
  const int64_t nr = packed.kernel->nr;
  pool.parallel_for((n + nr - 1) / nr, kWeightsPerThread / (nr * k + 1) + 1, [&](int64_t begin, int64_t end) {
    const int64_t first = begin * nr;
    f32_gemm_pack(static_cast<int>(nr), std::min(end * nr, n) - first, k, b + first * column_stride,
                  column_stride, depth_stride, bias == nullptr ? nullptr : bias + first,
                  reinterpret_cast<float*>(packed.data->data()) + f32_gemm_packed_offset(first, k));
  });
  return packed;
}

PackedInt pack_int(Isa isa, bool int16, int64_t n, IntGemmDepth k, const int8_t* b, int64_t column_stride,
                   int64_t depth_stride, const int32_t* bias, int32_t zero_point) {
  PackedInt packed;
  packed.kernel = int16 ? &wide_kernel(isa, k.all()) : &int_gemm_kernels().best(isa);
  packed.ops = &row_ops_variants().best(isa);
  packed.n = n, packed.k = k.all(), packed.parts = k.parts;
  packed.sums.resize(n);
  int64_t bytes = 0, depth = 0;
  do {
    const bool in_blocks = int16 && packed.kernel->a == IntGemmA::kInt16;
    const int64_t block = in_blocks ? std::min(k.all() - depth, kInt16GemmMaxDepth) : k.all();
    packed.block_depths.push_back(block);
    packed.block_offsets.push_back(bytes);
    const IntGemmDepth block_depth(block / k.parts, k.parts);
    bytes += (int_gemm_packed_size(*packed.kernel, n, block_depth) + 63) / 64 * 64;
    depth += block;
  } while (depth < k.all());
  packed.data = std::make_shared<AlignedBuffer>(bytes);
  repack_int(packed, b, column_stride, depth_stride, bias, zero_point);
  return packed;
}

void repack_int(PackedInt& packed, const int8_t* b, int64_t column_stride, int64_t depth_stride,
                const int32_t* bias, int32_t zero_point) {
  int64_t depth = 0;
  for (size_t i = 0; i < packed.block_depths.size(); ++i) {
    const IntGemmDepth k(packed.block_depths[i] / packed.parts, packed.parts);
    int_gemm_pack(*packed.kernel, packed.n, k, b + depth * depth_stride, column_stride, depth_stride,
                  i == 0 ? bias : nullptr, zero_point,
                  reinterpret_cast<int8_t*>(packed.data->data()) + packed.block_offsets[i],
                  packed.sums.data());
    depth += packed.block_depths[i];
  }
}

const IntGemmKernel& wide_kernel(Isa isa, int64_t k) {
  constexpr int64_t kMostExact = 1 << 16;  // products of bytes, in int32
  const IntGemmKernel& kernel = int_gemm_kernels().best(isa);
  return kernel.a == IntGemmA::kInt8 && k <= kMostExact ? kernel : int_gemm_int16_kernels().best(isa);
}

WideRows split_wide_rows(const PackedInt& b, int64_t count, const IntRows& a, uint8_t* room) {
  if (b.kernel->a != IntGemmA::kInt8) return {a, nullptr};
  const int64_t row_bytes = b.kernel->row_bytes(b.k);
  uint8_t* low = room + count * row_bytes;
  for (int64_t i = 0; i < count; ++i) {
    b.ops->split_s16(b.k, reinterpret_cast<const int16_t*>(a.data + i * a.stride),
                     reinterpret_cast<int8_t*>(room + i * row_bytes),
                     reinterpret_cast<int8_t*>(low + i * row_bytes));
  }
  return {{room, row_bytes}, low};
}

void wide_sums(const PackedInt& b, int64_t count, const WideRows& a, int64_t j, int64_t columns,
               int64_t* sums) {
  const IntGemmKernel& kernel = *b.kernel;
  const auto* data = reinterpret_cast<const int8_t*>(b.data->data());
  const auto& [first, stride] = a.rows;
  alignas(64) int32_t part[kMaxBlockRows * kMaxTileColumns];
  if (kernel.a == IntGemmA::kInt8) {
    alignas(64) int32_t low[kMaxBlockRows * kMaxTileColumns];
    const int8_t* packed = data + int_gemm_packed_offset(kernel, j, b.k);
    kernel.multiply(count, columns, b.k, first, stride, packed, part, columns);
    kernel.multiply(count, columns, b.k, a.low, stride, packed, low, columns);
    b.ops->join_sums(count, columns, part, low, b.sums.data() + j, sums);
    return;
  }
  std::fill_n(sums, count * columns, int64_t{0});
  int64_t depth = 0;
  for (size_t block = 0; block < b.block_depths.size(); ++block) {
    const int64_t k = b.block_depths[block];
    kernel.multiply(count, columns, k, first + depth * kernel.a_size(), stride,
                    data + b.block_offsets[block] + int_gemm_packed_offset(kernel, j, k), part, columns);
    b.ops->add_s32(count * columns, part, sums);
    depth += k;
  }
}

}  // namespace litewright
