// PAD, PADV2: a border of one value: zero (quantized: the zero point), or operand 2.
#include <algorithm>
#include <array>
#include <cstring>

#include "ops/movement.h"

namespace litewright {
namespace {

// One dimension with its border; innermost ones without a border are merged into the element.
struct Border {
  int64_t before, extent, after;
  int64_t input_bytes, output_bytes;  // of one step
};

struct Padding {
  std::vector<int64_t> before, after;
};

Padding padding(const ValueContext& c) {
  const Shape& shape = c.input_shape(0);
  const std::vector<int64_t> values = c.ints(1);
  if (values.size() != 2 * shape.size()) c.fail(c.describe_input(1), " does not fit ", c.describe_input(0));
  Padding result;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (values[2 * i] < 0 || values[2 * i + 1] < 0) c.fail("a padding of dimension ", i, " is negative");
    result.before.push_back(values[2 * i]);
    result.after.push_back(values[2 * i + 1]);
  }
  return result;
}

void infer(InferContext& c) {
  const Padding pad = padding(c);
  const Shape& shape = c.input_shape(0);
  if (c.has_input(2) && (c.input_dtype(2) != c.input_dtype(0) || num_elements(c.input_shape(2)) != 1)) {
    c.fail(c.describe_input(2), " should be one element of ", dtype_name(c.input_dtype(0)));
  }
  std::vector<int64_t> dims;
  for (size_t i = 0; i < shape.size(); ++i)
    dims.push_back(std::min<int64_t>(pad.before[i], INT32_MAX) + shape[i] +
                   std::min<int64_t>(pad.after[i], INT32_MAX));
  c.set_output(0, c.input_dtype(0), checked_shape(c, dims));
}

class PadKernel {
 public:
  PadKernel(const PrepareContext& c, const Padding& pad) : element_(dtype_size(c.input_dtype(0))) {
    const Shape& in = c.input_shape(0);
    const Shape& out = c.output_shape(0);
    block_ = static_cast<int64_t>(element_);
    size_t rank = in.size();
    while (rank > 0 && pad.before[rank - 1] == 0 && pad.after[rank - 1] == 0) block_ *= in[--rank];
    borders_.resize(rank);
    int64_t input_bytes = block_, output_bytes = block_;
    for (size_t i = rank; i-- > 0;) {
      borders_[i] = {pad.before[i], in[i], pad.after[i], input_bytes, output_bytes};
      input_bytes *= in[i];
      output_bytes *= out[i];
    }
  }

  void run(const uint8_t* source, uint8_t* destination, const uint8_t* value, ThreadPool& pool) const {
    if (borders_.empty()) {
      std::memcpy(destination, source, static_cast<size_t>(block_));
      return;
    }
    // Threads share the outermost dimension that is worth it.
    const Border& first = borders_[0];
    if (first.extent > 1 && first.extent * first.output_bytes > (256 << 10) && borders_.size() > 1) {
      fill(destination, first.before * first.output_bytes, value);
      uint8_t* inside = destination + first.before * first.output_bytes;
      pool.parallel_for(first.extent, 1, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i)
          pad(1, source + i * first.input_bytes, inside + i * first.output_bytes, value);
      });
      fill(inside + first.extent * first.output_bytes, first.after * first.output_bytes, value);
    } else {
      pad(0, source, destination, value);
    }
  }

 private:
  void fill(uint8_t* destination, int64_t bytes, const uint8_t* value) const {
    fill_elements(destination, bytes / static_cast<int64_t>(element_), value, element_);
  }
  void pad(size_t dim, const uint8_t* source, uint8_t* destination, const uint8_t* value) const {
    const Border& border = borders_[dim];
    fill(destination, border.before * border.output_bytes, value);
    destination += border.before * border.output_bytes;
    if (dim + 1 == borders_.size()) {
      if (border.extent * border.input_bytes > 0)
        std::memcpy(destination, source, static_cast<size_t>(border.extent * border.input_bytes));
    } else {
      for (int64_t i = 0; i < border.extent; ++i)
        pad(dim + 1, source + i * border.input_bytes, destination + i * border.output_bytes, value);
    }
    fill(destination + border.extent * border.output_bytes, border.after * border.output_bytes, value);
  }

  size_t element_;
  int64_t block_;
  std::vector<Border> borders_;
};

Kernel prepare(PrepareContext& c) {
  // Little endian: the zero point's low bytes are the element. Floats are not quantized, so theirs is 0.
  std::array<uint8_t, 16> value = {};
  const int64_t zero = is_integer(c.input_dtype(0)) ? c.output_quantization(0).zero() : 0;
  std::memcpy(value.data(), &zero, sizeof zero);
  return [kernel = PadKernel(c, padding(c)), value](RunContext& run) -> Status {
    if (num_elements(run.output_shape(0)) == 0) return {};
    const uint8_t* given = run.in_or_null<uint8_t>(2);
    kernel.run(run.in<uint8_t>(0), run.out<uint8_t>(0), given != nullptr ? given : value.data(), run.pool());
    return {};
  };
}

}  // namespace

extern const OpDef kPad, kPadv2;
const OpDef kPad = {.code = BuiltinOp::kPad,
                    .max_version = 6,
                    .inputs = {{"input"}, {"paddings"}},
                    .options = &schema_of<PadOptions>(),
                    .infer = infer,
                    .prepare = prepare,
                    .quant = same_scale_rule(),
                    .types = "all but string"};
const OpDef kPadv2 = {.code = BuiltinOp::kPadv2,
                      .max_version = 6,
                      .inputs = {{"input"}, {"paddings"}, {"constant_values", OperandDef::kOptional}},
                      .options = &schema_of<PadV2Options>(),
                      .infer = infer,
                      .prepare = prepare,
                      .quant = same_scale_rule(),
                      .types = "all but string"};

}  // namespace litewright
