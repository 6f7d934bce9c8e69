// STABLEHLO_SCATTER (operand, indices, updates): the operand with updates combined into its windows; elements
// outside are left out. The combination is the one operator of a subgraph, or the update itself if that is
// empty.
#include <cstring>

#include "core/float16.h"
#include "ops/movement.h"
#include "ops/reductions.h"
#include "ops/stablehlo_window.h"
#include "runtime/subgraph_executor.h"

namespace litewright {
namespace {

WindowMap window_map(const NodeContext& c) {
  const auto& o = c.options<StablehloScatterOptions>();
  return {c,
          c.input_shape(0),
          1,
          static_cast<int>(c.input_shape(2).size()),
          {o.update_window_dims, o.inserted_window_dims, o.scatter_dims_to_operand_dims, o.index_vector_dim}};
}

void infer(InferContext& c) {
  const Shape& operand = c.input_shape(0);
  const Shape& updates = c.input_shape(2);
  const Shape batches =
      window_map(c).shape(std::vector<int64_t>(operand.size(), -1));  // windows may be of any size
  for (size_t i = 0; i < updates.size(); ++i) {
    if (batches[i] >= 0 && batches[i] != updates[i])
      c.fail(c.describe_input(2), " does not fit ", c.describe_input(1));
  }
  if (c.input_dtype(2) != c.input_dtype(0))
    c.fail(c.describe_input(2), " should be like ", c.describe_input(0));
  c.set_output(0, c.input_dtype(0), operand);
}

template <class T, class Function>
T combine(T old_value, T update) {
  if constexpr (std::is_same_v<T, Half>) {
    return float_to_half(Function::combine(half_to_float(old_value), half_to_float(update)));
  } else {
    return Function::combine(old_value, update);
  }
}

template <class T, class Function>
Kernel kernel(const PrepareContext& c) {
  return [map = window_map(c)](RunContext& run) -> Status {
    const Shape& shape = run.output_shape(0);
    if (run.output(0).bytes > 0) std::memcpy(run.out<uint8_t>(0), run.in<uint8_t>(0), run.output(0).bytes);
    map.for_each(run.input(1), run.input_shape(2),
                 [&](int64_t i, const std::vector<int64_t>& start, const std::vector<int64_t>& window) {
                   int64_t to = 0;
                   for (size_t d = 0; d < shape.size(); ++d) {
                     int64_t position;
                     if (__builtin_add_overflow(start[d], window[d], &position) || position < 0 ||
                         position >= shape[d])
                       return;
                     to = to * shape[d] + position;
                   }
                   T& value = run.out<T>(0)[to];
                   value = combine<T, Function>(value, run.in<T>(2)[i]);
                 });
    return {};
  };
}

template <class Function>
Kernel kernel_for(const PrepareContext& c) {
  Kernel result;
  if (c.input_dtype(0) == DType::kBool) return kernel<bool, Function>(c);
  if (c.input_dtype(0) == DType::kFloat16) return kernel<Half, Function>(c);
  if (!visit_number_type(c.input_dtype(0),
                         [&](auto tag) { result = kernel<typename decltype(tag)::Type, Function>(c); })) {
    c.fail(c.describe_input(0), " should hold numbers or bools");
  }
  return result;
}

Kernel prepare(PrepareContext& c) {
  const std::vector<Operator>& body =
      c.subgraph(c.options<StablehloScatterOptions>().update_computation_subgraph_index)
          ->subgraph()
          .operators;
  if (body.empty()) return kernel_for<reductions::Second>(c);
  if (body.size() == 1) {
    switch (body[0].code) {
      case BuiltinOp::kStablehloAdd:
        return kernel_for<reductions::Sum>(c);
      case BuiltinOp::kStablehloMultiply:
        return kernel_for<reductions::Product>(c);
      case BuiltinOp::kStablehloMaximum:
        return kernel_for<reductions::Maximum>(c);
      case BuiltinOp::kStablehloMinimum:
        return kernel_for<reductions::Minimum>(c);
      default:
        break;
    }
  }
  c.fail("its computation should be one STABLEHLO_ADD, MULTIPLY, MAXIMUM or MINIMUM, or none");
}

}  // namespace

extern const OpDef kStablehloScatter;
const OpDef kStablehloScatter = {
    .code = BuiltinOp::kStablehloScatter,
    .inputs = {{"operand"}, {"indices"}, {"updates"}},
    .options = &schema_of<StablehloScatterOptions>(),
    .infer = infer,
    .prepare = prepare,
    .types = "float16, float32, float64, integers of 8 to 64 bits, bool; indices int32, int64"};

}  // namespace litewright
