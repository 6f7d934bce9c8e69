// BROADCAST_ARGS: the shape that two shapes broadcast to.
#include <algorithm>

#include "ops/movement.h"

namespace litewright {
namespace {

void infer(InferContext& c) {
  const DType dtype = c.input_dtype(0);
  if (c.input_dtype(1) != dtype || (dtype != DType::kInt32 && dtype != DType::kInt64))
    c.fail("both shapes should be int32 or both int64");
  if (c.input_shape(0).size() != 1 || c.input_shape(1).size() != 1)
    c.fail("both shapes should have one dimension");
  c.set_output(0, dtype, {std::max(c.input_shape(0)[0], c.input_shape(1)[0])});
}

template <class T>
Status run_broadcast(RunContext& run) {
  const int64_t a_rank = run.input_shape(0)[0], b_rank = run.input_shape(1)[0],
                rank = std::max(a_rank, b_rank);
  for (int64_t i = 0; i < rank; ++i) {
    const int64_t from_end = rank - i;
    const T a = from_end > a_rank ? 1 : run.in<T>(0)[a_rank - from_end],
            b = from_end > b_rank ? 1 : run.in<T>(1)[b_rank - from_end];
    if (a != b && a != 1 && b != 1) return Status::error("dimensions ", a, " and ", b, " do not broadcast");
    run.out<T>(0)[i] = a == 1 ? b : a;
  }
  return {};
}

Kernel prepare(PrepareContext& c) {
  return c.input_dtype(0) == DType::kInt32 ? Kernel(run_broadcast<int32_t>) : Kernel(run_broadcast<int64_t>);
}

}  // namespace

extern const OpDef kBroadcastArgs;
const OpDef kBroadcastArgs = {.code = BuiltinOp::kBroadcastArgs,
                              .inputs = {{"s0"}, {"s1"}},
                              .infer = infer,
                              .prepare = prepare,
                              .quant = not_quantized_rule(),
                              .types = "int32, int64"};

}  // namespace litewright
