// Integer matrix product with packed int8 weights: C = A * B exactly, in int32.
#pragma once

#include <cstdint>

#include "kernels/kernel_table.h"

namespace litewright {

// What a row of A is made of. A kernel that reads kUInt8 wants int8 values plus 128 and takes the excess out
// again.
enum class IntGemmA { kUInt8, kInt8, kInt16 };

// The depth of a product: of `parts` parts, each rounded up to whole steps.
struct IntGemmDepth {
  int64_t part, parts = 1;

  IntGemmDepth(int64_t part, int64_t parts = 1) : part(part), parts(parts) {}  // NOLINT: one part is usual
  int64_t all() const { return part * parts; }
};

// Where the parts of a row of A begin, in bytes from the row's start. Every part has the same number of
// steps.
struct IntGemmParts {
  const int64_t* offsets;
  int64_t count;
};

// Computes `rows` x `n` sums. Row i of A starts a_stride bytes after row i-1 and has `steps` * kr elements in
// each of its parts; `b` is what int_gemm_pack() made for the depth of all parts; c_stride counts elements.
// A's tail beyond the depth of a part may hold anything.
using IntGemmFunction = void (*)(int64_t rows, int64_t n, int64_t steps, IntGemmParts parts, const void* a,
                                 int64_t a_stride, const int8_t* b, int32_t* c, int64_t c_stride);

struct IntGemmKernel {
  const char* name;
  Isa isa;
  IntGemmFunction function;
  int mr, nr;  // rows and columns of a full tile
  int kr;      // depth of one step
  int group;   // weights of a column that lie together
  IntGemmA a;
  void (*begin)() = nullptr;  // may be called before several products in one thread, to save time,
  void (*end)() = nullptr;    // and then this after them

  // The product of rows in one part, of depth k.
  void multiply(int64_t rows, int64_t n, int64_t k, const void* a, int64_t a_stride, const int8_t* b,
                int32_t* c, int64_t c_stride) const {
    const int64_t start = 0;
    function(rows, n, steps(k), {&start, 1}, a, a_stride, b, c, c_stride);
  }
  int64_t steps(int64_t k) const { return (k + kr - 1) / kr; }
  int64_t steps(IntGemmDepth k) const { return steps(k.part) * k.parts; }
  int64_t a_size() const { return a == IntGemmA::kInt16 ? 2 : 1; }
  int64_t row_bytes(int64_t k) const { return steps(k) * kr * a_size(); }
};

// Between a kernel's begin and end.
class IntGemmScope {
 public:
  explicit IntGemmScope(const IntGemmKernel& kernel) : kernel_(&kernel) {
    if (kernel.begin != nullptr) kernel.begin();
  }
  ~IntGemmScope() {
    if (kernel_->end != nullptr) kernel_->end();
  }
  IntGemmScope(const IntGemmScope&) = delete;
  IntGemmScope& operator=(const IntGemmScope&) = delete;

 private:
  const IntGemmKernel* kernel_;
};

// Depth up to which sums of int16 * int8 products cannot overflow.
inline constexpr int64_t kInt16GemmMaxDepth = 508;

KernelTable<IntGemmKernel> int_gemm_kernels();        // for int8 values
KernelTable<IntGemmKernel> int_gemm_int16_kernels();  // those with a == kInt16

// Bytes that the packed form of n x k weights takes: per `nr` columns a head with what the sums start from,
// then `steps` times nr * kr weights. The whole is 64-byte aligned if its start is.
int64_t int_gemm_packed_size(const IntGemmKernel& kernel, int64_t n, IntGemmDepth k);
// The same for the columns before `column`, a multiple of nr.
int64_t int_gemm_packed_offset(const IntGemmKernel& kernel, int64_t column, IntGemmDepth k);
// Element (column j, depth i) of B is b[j * column_stride + i * depth_stride]. The sums of column j start
// from bias[j] - zero_point * (sum of its weights), so that C = (A - zero_point) * B + bias; a null `bias` is
// zero. `sums`, if not null, gets each column's sum of weights.
void int_gemm_pack(const IntGemmKernel& kernel, int64_t n, IntGemmDepth k, const int8_t* b,
                   int64_t column_stride, int64_t depth_stride, const int32_t* bias, int32_t zero_point,
                   int8_t* packed, int32_t* sums);

}  // namespace litewright
