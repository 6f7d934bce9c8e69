// Matrix products of rows made on demand with packed weights, shared out among threads.
#pragma once

#include <memory>
#include <vector>

#include "core/thread_pool.h"
#include "kernels/f32_gemm/f32_gemm.h"
#include "kernels/int_gemm/int_gemm.h"
#include "ops/linear/int_rows.h"
#include "ops/op_def.h"
#include "runtime/aligned_buffer.h"

namespace litewright {

// Which rows and columns of the result a thread makes, and in what blocks.
struct MatmulBlocks {
  int64_t rows, columns;  // of the whole result
  int64_t block_rows;     // rows made before they are multiplied, a multiple of the tile's
  int nr;                 // columns of a tile
  int parts;
  bool by_rows;  // else by columns

  // Of rows of `row_bytes` in tiles of mr x nr.
  MatmulBlocks(int64_t rows, int64_t columns, int64_t depth, int64_t row_bytes, int mr, int nr,
               int num_threads);
  // Of float rows: as many in a block as stay in the second-level cache, so that weights that do not are read
  // less often.
  static MatmulBlocks f32(int64_t rows, int64_t columns, int64_t depth, const F32GemmKernel& kernel,
                          int num_threads);
  int64_t block_bytes(int64_t row_bytes) const { return (block_rows * row_bytes + 127) / 64 * 64; }

  struct Part {
    int64_t first_row, last_row, first_column, last_column;
  };
  Part part(int index) const;
};

// At most this many rows in a block, so that sums of a block fit the stack.
inline constexpr int64_t kMaxBlockRows = 64;
inline constexpr int64_t kMaxTileColumns = 32;

// B of a float product, with its bias.
struct PackedF32 {
  const F32GemmKernel* kernel = nullptr;
  int64_t n = 0, k = 0;
  std::shared_ptr<AlignedBuffer> data;
};
PackedF32 pack_f32(ThreadPool& pool, Isa isa, int64_t n, int64_t k, const float* b, int64_t column_stride,
                   int64_t depth_stride, const float* bias);

// B of an integer product, with what its sums start from. More than one block of depth: sums are int64.
struct PackedInt {
  const IntGemmKernel* kernel = nullptr;
  const RowOps* ops = nullptr;
  int64_t n = 0, k = 0;
  int64_t parts = 1;  // of the depth
  std::shared_ptr<AlignedBuffer> data;
  std::vector<int64_t> block_depths, block_offsets;
  std::vector<int32_t> sums;  // of each column's weights
};
// For int8 values, or (int16) for 16-bit ones, whose depth has one part.
PackedInt pack_int(Isa isa, bool int16, int64_t n, IntGemmDepth k, const int8_t* b, int64_t column_stride,
                   int64_t depth_stride, const int32_t* bias, int32_t zero_point);
// The kernel that 16-bit rows of depth k are packed for. One of int8 rows takes their two bytes apart: rows
// in scratch memory then have wide_row_bytes each.
const IntGemmKernel& wide_kernel(Isa isa, int64_t k);
inline int64_t wide_row_bytes(const IntGemmKernel& kernel, int64_t k) {
  return kernel.row_bytes(k) * (kernel.a == IntGemmA::kInt8 ? 4 : 1);
}
// The same into memory that is there already: `packed` was made for the same n and k.
void repack_int(PackedInt& packed, const int8_t* b, int64_t column_stride, int64_t depth_stride,
                const int32_t* bias, int32_t zero_point);

// C = clamp(A * B + bias): rows(first, count, float* room) points to rows of k elements, which it may make in
// `room`. `scratch` has room for parts * block_bytes(a row's). `after`, if any, gets every block of C, whose
// first column is column `first_column` of the result.
template <class Rows>
void f32_matmul(ThreadPool& pool, const PackedF32& b, const MatmulBlocks& blocks, const Rows& rows, float* c,
                int64_t c_stride, float lo, float hi, uint8_t* scratch, const BlockFunction& after = nullptr,
                int64_t first_column = 0) {
  const F32GemmKernel& kernel = *b.kernel;
  const int64_t bytes = blocks.block_bytes(b.k * sizeof(float));
  pool.parallel_for(blocks.parts, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const MatmulBlocks::Part part = blocks.part(static_cast<int>(i));
      const float* packed =
          reinterpret_cast<const float*>(b.data->data()) + f32_gemm_packed_offset(part.first_column, b.k);
      for (int64_t r = part.first_row; r < part.last_row; r += blocks.block_rows) {
        const int64_t count = std::min(blocks.block_rows, part.last_row - r);
        const float* a = rows(r, count, reinterpret_cast<float*>(scratch + i * bytes));
        float* to = c + r * c_stride + part.first_column;
        const int64_t columns = part.last_column - part.first_column;
        kernel.function(count, columns, b.k, a, b.k, packed, to, c_stride, lo, hi);
        if (after)
          after({reinterpret_cast<uint8_t*>(to), c_stride, r, count, first_column + part.first_column,
                 columns});
      }
    }
  });
}

// The same for integers: rows(first, count, uint8_t* room, row_bytes) gives IntRows, made in `room` where
// they have to be, and finish(first row, rows, first column, columns, sums, stride, a) takes what is done;
// `a` are these rows. `done(first row, rows, first column, columns)` follows when all columns of a block of
// rows are finished that one thread makes.
struct NothingElse {
  void operator()(int64_t, int64_t, int64_t, int64_t) const {}
};
template <class Rows, class Finish, class Done = NothingElse>
void int_matmul(ThreadPool& pool, const PackedInt& b, const MatmulBlocks& blocks, const Rows& rows,
                const Finish& finish, uint8_t* scratch, const Done& done = {}) {
  const IntGemmKernel& kernel = *b.kernel;
  const int64_t row_bytes = kernel.row_bytes(b.k), bytes = blocks.block_bytes(row_bytes);
  pool.parallel_for(blocks.parts, 1, [&](int64_t begin, int64_t end) {
    const IntGemmScope scope(kernel);
    alignas(64) int32_t sums[kMaxBlockRows * kMaxTileColumns];
    for (int64_t i = begin; i < end; ++i) {
      const MatmulBlocks::Part part = blocks.part(static_cast<int>(i));
      for (int64_t r = part.first_row; r < part.last_row; r += blocks.block_rows) {
        const int64_t count = std::min(blocks.block_rows, part.last_row - r);
        const IntRows a = rows(r, count, scratch + i * bytes, row_bytes);
        // Few rows: many columns at once, as the kernel hides latency with them.
        const int64_t wide = count <= 2 ? 8 * kernel.nr : kernel.nr;
        for (int64_t j = part.first_column; j < part.last_column; j += wide) {
          const int64_t columns = std::min(wide, part.last_column - j);
          kernel.multiply(
              count, columns, b.k, a.data, a.stride,
              reinterpret_cast<const int8_t*>(b.data->data()) + int_gemm_packed_offset(kernel, j, b.k), sums,
              columns);
          finish(r, count, j, columns, sums, columns, a);
        }
        done(r, count, part.first_column, part.last_column - part.first_column);
      }
    }
  });
}

// 16-bit rows; for kernels of int8 rows those of the high bytes, and `low` those of the low ones, as far
// apart.
struct WideRows {
  IntRows rows;
  const uint8_t* low = nullptr;
};
// `a`, or its rows' bytes apart in `room`, which has wide_row_bytes for each.
WideRows split_wide_rows(const PackedInt& b, int64_t count, const IntRows& a, uint8_t* room);
// The int64 sums of a block of rows; `columns` from column j on, packed one after the other.
void wide_sums(const PackedInt& b, int64_t count, const WideRows& a, int64_t j, int64_t columns,
               int64_t* sums);

// As int_matmul for 16-bit rows, with int64 sums: rows(first, count, uint8_t* room) gives WideRows, and room
// has wide_row_bytes for each.
template <class Rows, class Finish>
void wide_matmul(ThreadPool& pool, const PackedInt& b, const MatmulBlocks& blocks, const Rows& rows,
                 const Finish& finish, uint8_t* scratch) {
  const IntGemmKernel& kernel = *b.kernel;
  const int64_t bytes = blocks.block_bytes(wide_row_bytes(kernel, b.k));
  pool.parallel_for(blocks.parts, 1, [&](int64_t begin, int64_t end) {
    const IntGemmScope scope(kernel);
    alignas(64) int64_t sums[kMaxBlockRows * kMaxTileColumns];
    for (int64_t i = begin; i < end; ++i) {
      const MatmulBlocks::Part part = blocks.part(static_cast<int>(i));
      uint8_t* room = scratch + i * bytes;
      for (int64_t r = part.first_row; r < part.last_row; r += blocks.block_rows) {
        const int64_t count = std::min(blocks.block_rows, part.last_row - r);
        const WideRows a = rows(r, count, room);
        for (int64_t j = part.first_column; j < part.last_column; j += kernel.nr) {
          const int64_t columns = std::min<int64_t>(kernel.nr, part.last_column - j);
          wide_sums(b, count, a, j, columns, sums);
          finish(r, count, j, columns, sums, columns, a.rows);
        }
      }
    }
  });
}

}  // namespace litewright
