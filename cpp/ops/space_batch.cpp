// SPACE_TO_BATCH_ND (input, block_shape, paddings): every position within a block of pixels becomes a batch
// of its own, slowest first. BATCH_TO_SPACE_ND (input, block_shape, crops) undoes it.
#include <array>
#include <cstring>

#include "ops/movement.h"

namespace litewright {
namespace {

// Output batch b is input batch b % batches at the in-block position b / batches (space to batch), or all of
// them (batch to space). offsets[d][s * extent + o]: where output index o of spatial dimension d lies in the
// input, in pixels, for in-block position s; -1: in the padding.
struct Plan {
  Shape shape;
  int64_t batches = 0, batch_step = 0, pixel = 1;  // batch_step in pixels of the input; pixel: elements
  std::vector<int64_t> shifts;                     // in-block positions of each spatial dimension
  std::vector<std::vector<int64_t>> offsets;
};

struct Blocks {
  std::vector<int64_t> block, before, after;
};

Blocks blocks(const ValueContext& c) {
  const std::vector<int64_t> block = c.ints(1), edges = c.ints(2);
  if (block.size() + 1 > c.input_shape(0).size() || block.empty() || edges.size() != 2 * block.size()) {
    c.fail(c.describe_input(1), " and ", c.describe_input(2), " do not fit ", c.describe_input(0));
  }
  Blocks result{block, {}, {}};
  for (size_t i = 0; i < block.size(); ++i) {
    if (block[i] < 1 || edges[2 * i] < 0 || edges[2 * i + 1] < 0)
      c.fail("block ", block[i], " with edges ", edges[2 * i], " and ", edges[2 * i + 1]);
    result.before.push_back(edges[2 * i]);
    result.after.push_back(edges[2 * i + 1]);
  }
  return result;
}

Shape space_to_batch_shape(const ValueContext& c, const Blocks& b) {
  const Shape& in = c.input_shape(0);
  std::vector<int64_t> dims(in.begin(), in.end());
  for (size_t d = 0; d < b.block.size(); ++d) {
    const int64_t padded = in[d + 1] + b.before[d] + b.after[d];
    if (padded % b.block[d] != 0)
      c.fail("dimension ", d + 1, " padded to ", padded, " is not a multiple of the block ", b.block[d]);
    dims[d + 1] = padded / b.block[d];
    if (__builtin_mul_overflow(dims[0], b.block[d], &dims[0])) c.fail("the batch is too large");
  }
  return checked_shape(c, dims);
}

Shape batch_to_space_shape(const ValueContext& c, const Blocks& b) {
  const Shape& in = c.input_shape(0);
  std::vector<int64_t> dims(in.begin(), in.end());
  for (size_t d = 0; d < b.block.size(); ++d) {
    if (dims[0] % b.block[d] != 0)
      c.fail(c.describe_input(0), " has a batch that is not a multiple of the block");
    dims[0] /= b.block[d];
    dims[d + 1] = in[d + 1] * b.block[d] - b.before[d] - b.after[d];
  }
  return checked_shape(c, dims);
}

// Pixels between neighbours along each spatial dimension of the input, then the pixels of one batch, and the
// elements of a pixel.
void fill_strides(const Shape& in, size_t spatial, Plan& plan, std::vector<int64_t>& strides) {
  plan.pixel = elements_between(in, spatial + 1, in.size());
  strides.assign(spatial, 1);
  for (size_t d = spatial - 1; d > 0; --d) strides[d - 1] = strides[d] * in[d + 1];
  plan.batch_step = strides[0] * in[1];
}

Plan plan_space_to_batch(const ValueContext& c) {
  const Blocks b = blocks(c);
  const Shape& in = c.input_shape(0);
  Plan plan{space_to_batch_shape(c, b), in[0], 0, 1, b.block, {}};
  std::vector<int64_t> strides;
  fill_strides(in, b.block.size(), plan, strides);
  for (size_t d = 0; d < b.block.size(); ++d) {
    std::vector<int64_t>& offsets = plan.offsets.emplace_back();
    for (int64_t s = 0; s < b.block[d]; ++s) {
      for (int64_t o = 0; o < plan.shape[d + 1]; ++o) {
        const int64_t at = o * b.block[d] + s - b.before[d];
        offsets.push_back(at < 0 || at >= in[d + 1] ? -1 : at * strides[d]);
      }
    }
  }
  return plan;
}

Plan plan_batch_to_space(const ValueContext& c) {
  const Blocks b = blocks(c);
  const Shape& in = c.input_shape(0);
  Plan plan{batch_to_space_shape(c, b), 0, 0, 1, std::vector<int64_t>(b.block.size(), 1), {}};
  plan.batches = plan.shape[0];
  std::vector<int64_t> strides;
  fill_strides(in, b.block.size(), plan, strides);
  plan.offsets.resize(b.block.size());
  int64_t shift_step = plan.batches * plan.batch_step;  // from one in-block position to the next
  for (size_t d = b.block.size(); d-- > 0;) {
    for (int64_t o = 0; o < plan.shape[d + 1]; ++o) {
      const int64_t at = o + b.before[d];
      plan.offsets[d].push_back(at / b.block[d] * strides[d] + at % b.block[d] * shift_step);
    }
    shift_step *= b.block[d];
  }
  return plan;
}

// Writes output slices from spatial dimension `d` inwards; `source` is in pixels, negative inside the
// padding.
void write(const Plan& plan, const std::vector<int64_t>& shift, size_t d, int64_t source,
           const uint8_t* input, uint8_t*& output, size_t element, const uint8_t* zero) {
  const int64_t extent = plan.shape[d + 1];
  const int64_t* offsets = plan.offsets[d].data() + shift[d] * extent;
  const size_t bytes = static_cast<size_t>(plan.pixel) * element;
  for (int64_t o = 0; o < extent; ++o) {
    const int64_t at = source < 0 || offsets[o] < 0 ? -1 : source + offsets[o];
    if (d + 1 < plan.offsets.size()) {
      write(plan, shift, d + 1, at, input, output, element, zero);
      continue;
    }
    if (at < 0) {
      fill_elements(output, plan.pixel, zero, element);
    } else {
      std::memcpy(output, input + static_cast<size_t>(at) * bytes, bytes);
    }
    output += bytes;
  }
}

Kernel kernel(const PrepareContext& c, Plan plan) {
  std::array<uint8_t, 16> zero = {};
  const int64_t zero_point = is_integer(c.input_dtype(0)) ? c.output_quantization(0).zero() : 0;
  std::memcpy(zero.data(), &zero_point, sizeof zero_point);
  return [plan = std::move(plan), zero, element = dtype_size(c.input_dtype(0))](RunContext& run) -> Status {
    if (num_elements(plan.shape) == 0) return {};
    uint8_t* output = run.out<uint8_t>(0);
    std::vector<int64_t> shift(plan.shifts.size());
    for (int64_t b = 0; b < plan.shape[0]; ++b) {
      int64_t position = b / plan.batches;
      for (size_t d = shift.size(); d-- > 0;) {
        shift[d] = position % plan.shifts[d];
        position /= plan.shifts[d];
      }
      write(plan, shift, 0, b % plan.batches * plan.batch_step, run.in<uint8_t>(0), output, element,
            zero.data());
    }
    return {};
  };
}

void infer_space_to_batch(InferContext& c) {
  c.set_output(0, c.input_dtype(0), space_to_batch_shape(c, blocks(c)));
}
void infer_batch_to_space(InferContext& c) {
  c.set_output(0, c.input_dtype(0), batch_to_space_shape(c, blocks(c)));
}
Kernel prepare_space_to_batch(PrepareContext& c) { return kernel(c, plan_space_to_batch(c)); }
Kernel prepare_batch_to_space(PrepareContext& c) { return kernel(c, plan_batch_to_space(c)); }

}  // namespace

extern const OpDef kSpaceToBatchNd, kBatchToSpaceNd;
const OpDef kSpaceToBatchNd = {.code = BuiltinOp::kSpaceToBatchNd,
                               .max_version = 4,
                               .inputs = {{"input"}, {"block_shape"}, {"paddings"}},
                               .options = &schema_of<SpaceToBatchNDOptions>(),
                               .infer = infer_space_to_batch,
                               .prepare = prepare_space_to_batch,
                               .quant = same_scale_rule(),
                               .types = "all but string"};
const OpDef kBatchToSpaceNd = {.code = BuiltinOp::kBatchToSpaceNd,
                               .max_version = 4,
                               .inputs = {{"input"}, {"block_shape"}, {"crops"}},
                               .options = &schema_of<BatchToSpaceNDOptions>(),
                               .infer = infer_batch_to_space,
                               .prepare = prepare_batch_to_space,
                               .quant = same_scale_rule(),
                               .types = "all but string"};

}  // namespace litewright
