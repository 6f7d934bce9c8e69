// GATHER_ND: slices of the input named by the rows of `indices`.
#include <cstring>

#include "ops/gather.h"
#include "ops/movement.h"

namespace litewright {
namespace {

struct Geometry {
  Shape shape;
  int64_t rows = 0, depth = 0, inner = 0;  // indices[rows][depth], slices of `inner` elements
};

Geometry geometry(const NodeContext& c) {
  const Shape& params = c.input_shape(0);
  const Shape& indices = c.input_shape(1);
  if (indices.empty() || params.empty())
    c.fail(c.describe_input(0), " and ", c.describe_input(1), " should have dimensions");
  Geometry g;
  g.depth = indices.back();
  if (g.depth > static_cast<int64_t>(params.size()))
    c.fail(c.describe_input(1), " has too long rows for ", c.describe_input(0));
  g.shape.assign(indices.begin(), indices.end() - 1);
  g.rows = num_elements(g.shape);
  g.shape.insert(g.shape.end(), params.begin() + g.depth, params.end());
  g.inner = elements_between(params, g.depth, params.size());
  return g;
}

void infer(InferContext& c) {
  check_index_dtype(c, 1);
  set_moved_output(c, 0, c.input_dtype(0), geometry(c).shape);
}

// Calls copy(source, destination) with slice numbers.
template <class Copy>
Status for_each_slice(const RunContext& run, const Geometry& g, const Copy& copy) {
  const Shape& params = run.input_shape(0);
  for (int64_t row = 0; row < g.rows; ++row) {
    int64_t from = 0;
    for (int64_t k = 0; k < g.depth; ++k) {
      const int64_t index = index_at(run.input(1), row * g.depth + k);
      if (index < 0 || index >= params[k])
        return Status::error("gather_nd index ", index, " is outside dimension ", k, " of ",
                             to_string(params));
      from = from * params[k] + index;
    }
    copy(from, row);
  }
  return {};
}

Kernel prepare(PrepareContext& c) {
  const Geometry g = geometry(c);
  if (c.input_dtype(0) == DType::kString) {
    return [g](RunContext& run) -> Status {
      std::vector<std::string_view> strings, gathered(num_elements(g.shape));
      Status status = read_strings(run, 0, strings);
      if (status.ok()) {
        status = for_each_slice(run, g, [&](int64_t from, int64_t to) {
          for (int64_t k = 0; k < g.inner; ++k) gathered[to * g.inner + k] = strings[from * g.inner + k];
        });
      }
      return status.ok() ? write_strings(run, 0, g.shape, gathered) : status;
    };
  }
  return [g, bytes = static_cast<size_t>(g.inner) * dtype_size(c.input_dtype(0))](RunContext& run) -> Status {
    if (bytes == 0) return {};
    const uint8_t* source = run.in<uint8_t>(0);
    uint8_t* destination = run.out<uint8_t>(0);
    return for_each_slice(run, g, [&](int64_t i, int64_t o) {
      std::memcpy(destination + o * bytes, source + i * bytes, bytes);
    });
  };
}

}  // namespace

extern const OpDef kGatherNd;
const OpDef kGatherNd = {.code = BuiltinOp::kGatherNd,
                         .max_version = 6,
                         .inputs = {{"params"}, {"indices"}},
                         .options = &schema_of<GatherNdOptions>(),
                         .infer = infer,
                         .prepare = prepare,
                         .quant = same_scale_rule(),
                         .types = "all; indices int16, int32, int64"};

}  // namespace litewright
