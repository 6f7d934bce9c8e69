// STABLEHLO_GATHER (operand, start indices): windows of the operand, moved so that they lie inside.
#include <algorithm>
#include <cstring>

#include "ops/movement.h"
#include "ops/stablehlo_window.h"

namespace litewright {
namespace {

WindowMap window_map(const NodeContext& c) {
  const auto& o = c.options<StablehloGatherOptions>();
  const Shape& operand = c.input_shape(0);
  const Shape& indices = c.input_shape(1);
  bool fits = o.slice_sizes.size() == operand.size() && dtype_size(c.input_dtype(0)) > 0;
  for (size_t i = 0; fits && i < operand.size(); ++i) {
    const bool collapsed = std::find(o.collapsed_slice_dims.begin(), o.collapsed_slice_dims.end(), i) !=
                           o.collapsed_slice_dims.end();
    fits = o.slice_sizes[i] >= 0 && o.slice_sizes[i] <= operand[i] && !(collapsed && o.slice_sizes[i] > 1);
  }
  if (!fits) c.fail("slice_sizes do not fit ", c.describe_input(0));
  const size_t batches = indices.size() - (o.index_vector_dim < static_cast<int64_t>(indices.size()) ? 1 : 0);
  return {c,
          operand,
          1,
          static_cast<int>(batches + o.offset_dims.size()),
          {o.offset_dims, o.collapsed_slice_dims, o.start_index_map, o.index_vector_dim}};
}

void infer(InferContext& c) {
  c.set_output(0, c.input_dtype(0), window_map(c).shape(c.options<StablehloGatherOptions>().slice_sizes));
}

Kernel prepare(PrepareContext& c) {
  return [map = window_map(c), sizes = c.options<StablehloGatherOptions>().slice_sizes,
          element = dtype_size(c.input_dtype(0))](RunContext& run) -> Status {
    const Shape& operand = run.input_shape(0);
    if (num_elements(operand) == 0) return {};
    map.for_each(
        run.input(1), run.output_shape(0),
        [&](int64_t i, const std::vector<int64_t>& start, const std::vector<int64_t>& window) {
          int64_t from = 0;
          for (size_t d = 0; d < operand.size(); ++d) {
            from = from * operand[d] + std::clamp<int64_t>(start[d], 0, operand[d] - sizes[d]) + window[d];
          }
          std::memcpy(run.out<uint8_t>(0) + i * element, run.in<uint8_t>(0) + from * element, element);
        });
    return {};
  };
}

}  // namespace

extern const OpDef kStablehloGather;
const OpDef kStablehloGather = {.code = BuiltinOp::kStablehloGather,
                                .inputs = {{"operand"}, {"start_indices"}},
                                .options = &schema_of<StablehloGatherOptions>(),
                                .infer = infer,
                                .prepare = prepare,
                                .types = "all but string; indices int32, int64"};

}  // namespace litewright
