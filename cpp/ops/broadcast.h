// Two operands with NumPy's broadcasting.
#pragma once

#include <cstdint>
#include <vector>

#include "ops/op_def.h"

namespace litewright {

// How to walk two operands and their result: rows along which each operand either advances or stays.
class Broadcast {
 public:
  // A borrowed callable `void(int64_t a, int64_t b, int64_t out, int64_t n)`: one row, or a part of one, from
  // these offsets.
  class Row {
   public:
    template <class F>
    Row(const F& f)  // NOLINT: implicit, so that lambdas pass
        : object_(&f), call_([](const void* object, int64_t a, int64_t b, int64_t out, int64_t n) {
            (*static_cast<const F*>(object))(a, b, out, n);
          }) {}
    void operator()(int64_t a, int64_t b, int64_t out, int64_t n) const { call_(object_, a, b, out, n); }

   private:
    const void* object_;
    void (*call_)(const void*, int64_t, int64_t, int64_t, int64_t);
  };

  // The shapes must fit.
  Broadcast(const Shape& a, const Shape& b);
  int64_t size() const { return size_; }
  // Within a row: 1, or 0 for an operand that stays.
  int a_step() const { return dims_.back().a != 0; }
  int b_step() const { return dims_.back().b != 0; }
  void run(ThreadPool& pool, const Row& row) const;

 private:
  struct Dim {
    int64_t extent, a, b;  // strides in elements
  };
  std::vector<Dim> dims_;  // outermost first, never empty
  int64_t size_;
};

// The shape of inputs `i` and `j` together; Error if they do not fit.
Shape broadcast_inputs(const NodeContext& c, int i = 0, int j = 1);
// Two inputs of one dtype, an output of the same.
void infer_binary(InferContext& c);
// Two inputs of one dtype, a bool output.
void infer_comparison(InferContext& c);
// Error unless both inputs have one dtype.
void require_equal_dtypes(const NodeContext& c, int i, int j);

// out = f(a, b) for elements of T.
template <class T, class Out = T, class F>
Kernel binary_kernel(const NodeContext& c, F f) {
  return [plan = Broadcast(c.input_shape(0), c.input_shape(1)), f](RunContext& r) {
    const T* a_data = r.in<T>(0);
    const T* b_data = r.in<T>(1);
    Out* out_data = r.out<Out>(0);
    plan.run(r.pool(), [&](int64_t ia, int64_t ib, int64_t io, int64_t n) {
      const T* a = a_data + ia;
      const T* b = b_data + ib;
      Out* out = out_data + io;
      if (plan.a_step() && plan.b_step()) {
        for (int64_t i = 0; i < n; ++i) out[i] = f(a[i], b[i]);
      } else if (plan.a_step()) {
        for (int64_t i = 0; i < n; ++i) out[i] = f(a[i], *b);
      } else {
        for (int64_t i = 0; i < n; ++i) out[i] = f(*a, b[i * plan.b_step()]);
      }
    });
    return Status();
  };
}

}  // namespace litewright
