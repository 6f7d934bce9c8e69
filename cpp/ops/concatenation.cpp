// CONCATENATION: the inputs one after the other along `axis`. Quantized bytes with another scale or zero
// point than the output's are requantized.
#include <algorithm>
#include <cmath>
#include <limits>

#include "ops/movement.h"

namespace litewright {
namespace {

int concat_axis(const NodeContext& c) {
  return checked_axis(c, c.options<ConcatenationOptions>().axis,
                      std::max<int>(1, static_cast<int>(c.input_shape(0).size())));
}

void infer(InferContext& c) {
  if (c.options<ConcatenationOptions>().fused_activation_function != Activation::kNone)
    c.fail("a fused activation is not possible");
  const int axis = concat_axis(c);
  Shape shape = c.input_shape(0);
  if (shape.empty()) shape = {1};  // scalars make a vector
  int64_t extent = 0;
  for (int i = 0; i < c.num_inputs(); ++i) {
    Shape other = c.input_shape(i);
    if (other.empty()) other = {1};
    if (c.input_dtype(i) != c.input_dtype(0))
      c.fail(c.describe_input(i), " and ", c.describe_input(0), " differ in dtype");
    extent += static_cast<size_t>(axis) < other.size() ? other[axis] : 0;
    if (other.size() == shape.size()) other[axis] = shape[axis];
    if (other != shape)
      c.fail(c.describe_input(i), " does not fit ", c.describe_input(0), " along axis ", axis);
  }
  if (extent > std::numeric_limits<int32_t>::max())
    c.fail("the result would have ", extent, " elements along axis ", axis);
  shape[axis] = static_cast<int32_t>(extent);
  set_moved_output(c, 0, c.input_dtype(0), shape);
}

// What an 8-bit value of one scale and zero point is in the output's; empty if nothing changes.
template <class T>
std::vector<uint8_t> requantization_table(const Quantization& from, const Quantization& to) {
  if (!from.quantized() || !to.quantized() || (from.scale[0] == to.scale[0] && from.zero() == to.zero()))
    return {};
  const float scale = from.scale[0] * (1.0f / to.scale[0]);
  const float bias = -static_cast<float>(from.zero()) * scale;
  std::vector<uint8_t> table(256);
  for (int i = 0; i < 256; ++i) {
    const float value =
        std::round(static_cast<float>(static_cast<T>(i)) * scale + bias) + static_cast<float>(to.zero());
    constexpr float kLow = std::numeric_limits<T>::min(), kHigh = std::numeric_limits<T>::max();
    table[i] = static_cast<uint8_t>(static_cast<T>(std::fmax(kLow, std::fmin(kHigh, value))));  // NaN: high
  }
  return table;
}

struct Part {
  int input;
  CopyPlan plan;
  std::vector<uint8_t> table;
};

Kernel string_kernel(int inputs, int axis) {
  return [inputs, axis](RunContext& run) -> Status {
    Shape shape = run.input_shape(0);
    if (shape.empty()) shape = {1};
    const int64_t outer = elements_between(shape, 0, axis);
    std::vector<std::vector<std::string_view>> parts(inputs);
    int64_t extent = 0;
    for (int i = 0; i < inputs; ++i) {
      const Status status = read_strings(run, i, parts[i]);
      if (!status.ok()) return status;
      extent += run.input_shape(i).empty() ? 1 : run.input_shape(i)[axis];
    }
    std::vector<std::string_view> joined;
    for (int64_t o = 0; o < outer; ++o) {
      for (const auto& part : parts) {
        const int64_t length = static_cast<int64_t>(part.size()) / outer;
        joined.insert(joined.end(), part.begin() + o * length, part.begin() + (o + 1) * length);
      }
    }
    shape[axis] = static_cast<int32_t>(extent);
    return write_strings(run, 0, shape, joined);
  };
}

Kernel prepare(PrepareContext& c) {
  const int axis = concat_axis(c);
  const DType dtype = c.input_dtype(0);
  if (dtype == DType::kString) return string_kernel(c.num_inputs(), axis);
  const Shape& shape = c.output_shape(0);
  const int64_t outer = elements_between(shape, 0, axis), row = elements_between(shape, axis, shape.size());
  std::vector<Part> parts;
  int64_t offset = 0;
  for (int i = 0; i < c.num_inputs(); ++i) {
    const int64_t count = num_elements(c.input_shape(i));
    if (count == 0) continue;
    const int64_t length = count / outer;
    Part part{i, CopyPlan({{{outer, length, row}, {length, 1, 1}}, 0, offset}, dtype_size(dtype)), {}};
    if (dtype == DType::kUInt8)
      part.table = requantization_table<uint8_t>(c.input_quantization(i), c.output_quantization(0));
    if (dtype == DType::kInt8)
      part.table = requantization_table<int8_t>(c.input_quantization(i), c.output_quantization(0));
    parts.push_back(std::move(part));
    offset += length;
  }
  const int scratch =
      std::any_of(parts.begin(), parts.end(), [](const Part& part) { return !part.table.empty(); })
          ? c.add_scratch(static_cast<size_t>(num_elements(shape)))
          : -1;
  return [parts = std::move(parts), scratch](RunContext& run) -> Status {
    for (const Part& part : parts) {
      const uint8_t* source = run.in<uint8_t>(part.input);
      if (!part.table.empty()) {
        uint8_t* values = run.scratch<uint8_t>(scratch);
        const int64_t count = num_elements(run.input_shape(part.input));
        for (int64_t i = 0; i < count; ++i) values[i] = part.table[source[i]];
        source = values;
      }
      part.plan.run(source, run.out<uint8_t>(0), &run.pool());
    }
    return {};
  };
}

}  // namespace

extern const OpDef kConcatenation;
const OpDef kConcatenation = {.code = BuiltinOp::kConcatenation,
                              .max_version = 7,
                              .inputs = {{"values", OperandDef::kVariadic}},
                              .options = &schema_of<ConcatenationOptions>(),
                              .infer = infer,
                              .prepare = prepare,
                              .quant = same_scale_rule(),
                              .types = "all"};

}  // namespace litewright
