// Reductions over the axes that operand 1 lists.
#pragma once

#include <algorithm>
#include <vector>

#include "kernels/row_ops/row_ops.h"
#include "ops/elementwise.h"

namespace litewright {

// The input as alternating groups of kept and reduced dimensions, outermost first, never empty.
struct ReducePlan {
  struct Group {
    int64_t extent;
    bool reduced;
  };
  std::vector<Group> groups;
  int64_t outputs = 1;  // elements of the result
  int64_t reduced = 1;  // elements of the input behind each of them
};

// Output 0: input 0 without the axes of operand 1, of the same dtype; options are ReducerOptions.
void infer_reduce(InferContext& c);
// Needs operand 1's value.
ReducePlan reduce_plan(const ValueContext& c);

// How elements join the accumulators; `Step` is Acc(Acc, T).
template <class T, class Acc, class Step>
struct Reducer {
  Step step;
  void across(Acc* acc, const T* in, int64_t n) const {
    for (int64_t i = 0; i < n; ++i) acc[i] = step(acc[i], in[i]);
  }
  Acc along(Acc acc, const T* in, int64_t n) const {
    for (int64_t i = 0; i < n; ++i) acc = step(acc, in[i]);
    return acc;
  }
};

// Sums of floats, and of 8-bit integers, by vector kernels where rows of the input join rows of accumulators.
template <class T, class Acc>
struct Summer {
  void (*add)(int64_t n, const T* in, Acc* acc);
  void across(Acc* acc, const T* in, int64_t n) const { add(n, in, acc); }
  Acc along(Acc acc, const T* in, int64_t n) const {
    Acc parts[8] = {};
    int64_t i = 0;
    for (; i + 8 <= n; i += 8) {
      for (int k = 0; k < 8; ++k) parts[k] += in[i + k];
    }
    for (; i < n; ++i) parts[0] += in[i];
    return acc + (((parts[0] + parts[1]) + (parts[2] + parts[3])) +
                  ((parts[4] + parts[5]) + (parts[6] + parts[7])));
  }
};

namespace reduce_detail {

template <class T, class Acc, class R>
void walk(const ReducePlan& plan, size_t level, int64_t inputs, int64_t outputs, const T* in, Acc* acc,
          const R& reducer) {
  const ReducePlan::Group& group = plan.groups[level];
  if (level + 1 == plan.groups.size()) {
    if (group.reduced) {
      *acc = reducer.along(*acc, in, group.extent);
    } else {
      reducer.across(acc, in, group.extent);
    }
    return;
  }
  inputs /= group.extent;
  if (!group.reduced) outputs /= group.extent;
  for (int64_t i = 0; i < group.extent; ++i) {
    walk(plan, level + 1, inputs, outputs, in + i * inputs, acc + (group.reduced ? 0 : i * outputs), reducer);
  }
}

}  // namespace reduce_detail

// Joins all of `in` to `acc`, which holds initial values for plan.outputs elements; in the input's order for
// each of them.
template <class T, class Acc, class R>
void reduce(ThreadPool& pool, const ReducePlan& plan, const T* in, Acc* acc, const R& reducer) {
  const int64_t inputs = plan.outputs * plan.reduced;
  if (inputs == 0) return;
  const ReducePlan::Group& outer = plan.groups[0];
  if (outer.reduced || plan.groups.size() == 1) {
    reduce_detail::walk(plan, 0, inputs, plan.outputs, in, acc, reducer);
    return;
  }
  const int64_t in_step = inputs / outer.extent, out_step = plan.outputs / outer.extent;
  pool.parallel_for(outer.extent, std::max<int64_t>(1, 16384 / in_step), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      reduce_detail::walk(plan, 1, in_step, out_step, in + i * in_step, acc + i * out_step, reducer);
    }
  });
}

// out = finish(all elements joined by reducer.step, starting with `initial`).
template <class T, class Acc, class Out, class R, class Finish>
Kernel reduce_kernel(PrepareContext& c, Acc initial, R reducer, Finish finish) {
  ReducePlan plan = reduce_plan(c);
  const int scratch = c.add_scratch(static_cast<size_t>(plan.outputs) * sizeof(Acc));
  return [=](RunContext& r) {
    Acc* acc = r.scratch<Acc>(scratch);
    std::fill(acc, acc + plan.outputs, initial);
    reduce(r.pool(), plan, r.in<T>(0), acc, reducer);
    Out* out = r.out<Out>(0);
    for (int64_t i = 0; i < plan.outputs; ++i) out[i] = finish(acc[i]);
    return Status();
  };
}

// The same, joined by a function Acc(Acc, T).
template <class T, class Acc = T, class Out = T, class Step, class Finish>
Kernel step_kernel(PrepareContext& c, Acc initial, Step step, Finish finish) {
  return reduce_kernel<T, Acc, Out>(c, initial, Reducer<T, Acc, Step>{step}, finish);
}

// MEAN, and SUM where not `mean`, of 8- and 16-bit quantized values.
Kernel quantized_sum_kernel(PrepareContext& c, bool mean);

}  // namespace litewright
