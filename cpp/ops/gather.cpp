// GATHER: slices of the input along `axis`, chosen by indices; the first batch_dims dimensions of both
// operands are the same.
#include "ops/gather.h"

#include <cstring>

#include "ops/movement.h"

namespace litewright {
namespace {

struct Geometry {
  Shape shape;
  int64_t batches, outer, indices, extent,
      inner;  // output[batches][outer][indices][inner], input[batches][outer][extent][inner]
};

Geometry geometry(const NodeContext& c) {
  const auto& options = c.options<GatherOptions>();
  const Shape& input = c.input_shape(0);
  const Shape& indices = c.input_shape(1);
  const int axis = checked_axis(c, options.axis, static_cast<int>(input.size()));
  const int batch_dims =
      options.batch_dims < 0 ? options.batch_dims + static_cast<int>(indices.size()) : options.batch_dims;
  if (batch_dims < 0 || batch_dims > axis || batch_dims > static_cast<int>(indices.size())) {
    c.fail("batch_dims ", options.batch_dims, " does not fit axis ", axis, " and ", c.describe_input(1));
  }
  Geometry g;
  for (int i = 0; i < axis; ++i) {
    if (i < batch_dims && input[i] != indices[i])
      c.fail(c.describe_input(1), " does not fit the batches of ", c.describe_input(0));
    g.shape.push_back(input[i]);
  }
  g.shape.insert(g.shape.end(), indices.begin() + batch_dims, indices.end());
  g.shape.insert(g.shape.end(), input.begin() + axis + 1, input.end());
  g.batches = elements_between(input, 0, batch_dims);
  g.outer = elements_between(input, batch_dims, axis);
  g.indices = elements_between(indices, batch_dims, indices.size());
  g.extent = input[axis];
  g.inner = elements_between(input, axis + 1, input.size());
  return g;
}

void infer(InferContext& c) {
  check_index_dtype(c, 1);
  set_moved_output(c, 0, c.input_dtype(0), geometry(c).shape);
}

// Calls copy(source, destination) with the slice numbers of every copied slice.
template <class Copy>
Status for_each_slice(const RunContext& run, const Geometry& g, const Copy& copy) {
  const Slot& indices = run.input(1);
  for (int64_t i = 0; i < g.batches * g.indices; ++i) {
    const int64_t index = index_at(indices, i);
    if (index < 0 || index >= g.extent)
      return Status::error("gather index ", index, " is outside a dimension of ", g.extent);
  }
  for (int64_t b = 0; b < g.batches; ++b) {
    for (int64_t o = 0; o < g.outer; ++o) {
      const int64_t row = b * g.outer + o;
      for (int64_t i = 0; i < g.indices; ++i) {
        copy(row * g.extent + index_at(indices, b * g.indices + i), row * g.indices + i);
      }
    }
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
  return [g, element = dtype_size(c.input_dtype(0))](RunContext& run) -> Status {
    const size_t bytes = static_cast<size_t>(g.inner) * element;
    const uint8_t* source = run.in<uint8_t>(0);
    uint8_t* destination = run.out<uint8_t>(0);
    if (bytes == 4) {
      const auto* from = reinterpret_cast<const uint32_t*>(source);
      auto* to = reinterpret_cast<uint32_t*>(destination);
      return for_each_slice(run, g, [&](int64_t i, int64_t o) { to[o] = from[i]; });
    }
    return for_each_slice(run, g, [&](int64_t i, int64_t o) {
      std::memcpy(destination + o * bytes, source + i * bytes, bytes);
    });
  };
}

}  // namespace

extern const OpDef kGather;
const OpDef kGather = {.code = BuiltinOp::kGather,
                       .max_version = 8,
                       .inputs = {{"params"}, {"indices"}},
                       .options = &schema_of<GatherOptions>(),
                       .infer = infer,
                       .prepare = prepare,
                       .quant = {.output = QuantRule::kSameAsInput,
                                 .int16 = true,
                                 .hybrid = QuantRule::kWeightOnly,
                                 .hybrid_operands = {0}},
                       .types = "all; indices int16, int32, int64"};

}  // namespace litewright
