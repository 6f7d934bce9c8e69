// MIRROR_PAD: a border that mirrors the inside, without (REFLECT) or with (SYMMETRIC) the outermost elements.
#include <cstring>

#include "ops/movement.h"

namespace litewright {
namespace {

struct Sides {
  std::vector<int64_t> before, after;
};

Sides padding(const ValueContext& c) {
  const Shape& shape = c.input_shape(0);
  const std::vector<int64_t> values = c.ints(1);
  if (values.size() != 2 * shape.size()) c.fail(c.describe_input(1), " does not fit ", c.describe_input(0));
  const int64_t left_out = c.options<MirrorPadOptions>().mode == MirrorPadMode::kReflect ? 1 : 0;
  Sides sides;
  for (size_t i = 0; i < shape.size(); ++i) {
    const int64_t before = values[2 * i], after = values[2 * i + 1],
                  most = std::max<int64_t>(shape[i] - left_out, 0);
    if (before < 0 || after < 0 || before > most || after > most) {
      c.fail("paddings ", before, " and ", after, " of dimension ", i, " should be between 0 and ", most);
    }
    sides.before.push_back(before);
    sides.after.push_back(after);
  }
  return sides;
}

void infer(InferContext& c) {
  const Sides sides = padding(c);
  std::vector<int64_t> dims;
  for (size_t i = 0; i < sides.before.size(); ++i)
    dims.push_back(sides.before[i] + c.input_shape(0)[i] + sides.after[i]);
  c.set_output(0, c.input_dtype(0), checked_shape(c, dims));
}

// From the outermost dimension inwards: sources[dim][i] is the offset in bytes of the slice that output slice
// i mirrors.
void pad(const std::vector<std::vector<int64_t>>& sources, const std::vector<int64_t>& output_bytes,
         size_t dim, size_t block, const uint8_t* source, uint8_t* destination) {
  if (dim == sources.size()) {
    std::memcpy(destination, source, block);
    return;
  }
  for (size_t i = 0; i < sources[dim].size(); ++i) {
    pad(sources, output_bytes, dim + 1, block, source + sources[dim][i],
        destination + static_cast<int64_t>(i) * output_bytes[dim]);
  }
}

Kernel prepare(PrepareContext& c) {
  const Sides sides = padding(c);
  const Shape& shape = c.input_shape(0);
  const int64_t skip = c.options<MirrorPadOptions>().mode == MirrorPadMode::kReflect ? 1 : 0;
  size_t rank = shape.size();
  int64_t block = static_cast<int64_t>(dtype_size(c.input_dtype(0)));
  while (rank > 0 && sides.before[rank - 1] == 0 && sides.after[rank - 1] == 0) block *= shape[--rank];
  std::vector<std::vector<int64_t>> sources(rank);
  std::vector<int64_t> output_bytes(rank);
  int64_t in = block, out = block;
  for (size_t d = rank; d-- > 0;) {
    const int64_t before = sides.before[d], extent = shape[d];
    output_bytes[d] = out;
    for (int64_t i = -before; i < extent + sides.after[d]; ++i) {
      const int64_t index = i < 0 ? -i - 1 + skip : i < extent ? i : 2 * extent - 1 - i - skip;
      sources[d].push_back(index * in);
    }
    in *= extent;
    out *= static_cast<int64_t>(sources[d].size());
  }
  return [sources = std::move(sources), output_bytes = std::move(output_bytes),
          block](RunContext& run) -> Status {
    if (num_elements(run.output_shape(0)) > 0) {
      pad(sources, output_bytes, 0, static_cast<size_t>(block), run.in<uint8_t>(0), run.out<uint8_t>(0));
    }
    return {};
  };
}

}  // namespace

extern const OpDef kMirrorPad;
const OpDef kMirrorPad = {.code = BuiltinOp::kMirrorPad,
                          .max_version = 3,
                          .inputs = {{"input"}, {"paddings"}},
                          .options = &schema_of<MirrorPadOptions>(),
                          .infer = infer,
                          .prepare = prepare,
                          .quant = same_scale_rule(),
                          .types = "all but string"};

}  // namespace litewright
