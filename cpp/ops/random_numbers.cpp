// RANDOM_UNIFORM and RANDOM_STANDARD_NORMAL (shape), MULTINOMIAL (logits, samples per row): numbers from a
// Philox stream that goes on from run to run. Two zero seeds mean a seed of the moment.
#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numbers>
#include <random>

#include "ops/movement.h"
#include "ops/random_bits.h"
#include "runtime/resources.h"

namespace litewright {
namespace {

struct StreamResource : Resource {
  explicit StreamResource(PhiloxStream s) : stream(s) {}
  PhiloxStream stream;
};

// Of the seeds the lower 32 bits count, with their sign.
PhiloxStream seeded(const RandomOptions& options) {
  const auto seed = static_cast<int32_t>(options.seed), seed2 = static_cast<int32_t>(options.seed2);
  if (seed != 0 || seed2 != 0) {
    return PhiloxStream(static_cast<uint64_t>(int64_t{seed}), static_cast<uint64_t>(int64_t{seed2}));
  }
  std::random_device device;
  const auto word = [&] { return uint64_t{device()} << 32 | device(); };
  const uint64_t first = word();
  return PhiloxStream(first, word());
}

// The node's stream. Nodes whose shapes are known when they are prepared begin anew each time they are;
// others go on.
PhiloxStream& stream_of(PrepareContext& c, bool fixed_shape) {
  const int32_t handle =
      c.resources().handle("random numbers", std::to_string(reinterpret_cast<uintptr_t>(&c.op())));
  StreamResource* state = fixed_shape ? nullptr : c.resources().find<StreamResource>(handle);
  if (state == nullptr)
    state = c.resources().put(handle, std::make_unique<StreamResource>(seeded(c.options<RandomOptions>())));
  return state->stream;
}

// In [0, 1).
float to_float(uint32_t bits) {
  return std::bit_cast<float>(uint32_t{127} << 23 | (bits & 0x7FFFFFu)) - 1.0f;
}
double to_double(uint32_t high, uint32_t low) {
  return std::bit_cast<double>(uint64_t{1023} << 52 | uint64_t{high & 0xFFFFFu} << 32 | low) - 1.0;
}

std::pair<float, float> uniform_pair(uint32_t a, uint32_t b) { return {to_float(a), to_float(b)}; }

// Box and Muller's transform.
std::pair<float, float> normal_pair(uint32_t a, uint32_t b) {
  const float radius = std::sqrt(-2.0f * std::log(std::max(to_float(a), 1.0e-7f)));
  const auto angle = static_cast<float>(2.0f * std::numbers::pi * to_float(b));
  return {std::sin(angle) * radius, std::cos(angle) * radius};
}

void infer_shape(InferContext& c) {
  if (c.input_shape(0).size() != 1) c.fail(c.describe_input(0), " should have one dimension");
  c.set_output(0, DType::kFloat32, checked_shape(c, c.ints(0)));
}

template <std::pair<float, float> (*kPair)(uint32_t, uint32_t)>
Kernel prepare_numbers(PrepareContext& c) {
  return [stream = &stream_of(c, c.input(0).tensor->is_constant)](RunContext& run) -> Status {
    const int64_t count = num_elements(run.output_shape(0));
    float* output = run.out<float>(0);
    for (int64_t i = 0; i < count; i += 4) {
      const auto bits = stream->next();
      const auto [a, b] = kPair(bits[0], bits[1]);
      const auto [d, e] = kPair(bits[2], bits[3]);
      const float values[4] = {a, b, d, e};
      std::copy_n(values, std::min<int64_t>(4, count - i), output + i);
    }
    return {};
  };
}

void infer_multinomial(InferContext& c) {
  const Shape& logits = c.input_shape(0);
  if (c.input_dtype(0) != DType::kFloat32 || logits.size() != 2 || logits[1] == 0) {
    c.fail(c.describe_input(0), " should be float32[batch, classes]");
  }
  const DType dtype = c.declares_outputs() ? c.output_dtype(0) : DType::kInt64;
  if (dtype != DType::kInt32 && dtype != DType::kInt64) c.fail("the output should be int32 or int64");
  c.set_output(0, dtype, checked_shape(c, {logits[0], c.int_scalar(1)}));
}

template <class T>
Status draw(RunContext& run, PhiloxStream& state) {
  const int64_t batches = run.output_shape(0)[0], samples = run.output_shape(0)[1],
                classes = run.input_shape(0)[1];
  PhiloxStream stream = state;
  state.skip(static_cast<uint64_t>(batches * ((samples + 3) / 4 * 4) * 2 * 256));
  std::array<uint32_t, 4> bits = {};
  size_t used = bits.size();
  std::vector<double> cumulative(classes);
  for (int64_t b = 0; b < batches; ++b) {
    const float* logits = run.in<float>(0) + b * classes;
    float largest = std::numeric_limits<float>::lowest();
    for (int64_t i = 0; i < classes; ++i) {
      if (std::isfinite(logits[i])) largest = std::max(largest, logits[i]);
    }
    double total = 0;
    for (int64_t i = 0; i < classes; ++i) {
      if (std::isfinite(logits[i]))
        total += std::exp(static_cast<double>(logits[i]) - static_cast<double>(largest));
      cumulative[i] = total;
    }
    for (int64_t k = 0; k < samples; ++k) {
      if (used == bits.size()) {
        bits = stream.next();
        used = 0;
      }
      const double wanted = to_double(bits[used], bits[used + 1]) * total;
      used += 2;
      run.out<T>(0)[b * samples + k] =
          static_cast<T>(std::upper_bound(cumulative.begin(), cumulative.end(), wanted) - cumulative.begin());
    }
  }
  return {};
}

Kernel prepare_multinomial(PrepareContext& c) {
  PhiloxStream* stream = &stream_of(c, c.input(1).tensor->is_constant);
  if (c.output(0).dtype == DType::kInt32)
    return [stream](RunContext& run) { return draw<int32_t>(run, *stream); };
  return [stream](RunContext& run) { return draw<int64_t>(run, *stream); };
}

OpDef numbers(BuiltinOp code, Kernel (*prepare)(PrepareContext&)) {
  return {.code = code,
          .inputs = {{"shape"}},
          .options = &schema_of<RandomOptions>(),
          .infer = infer_shape,
          .prepare = prepare,
          .types = "float32",
          .stateful = true};
}

}  // namespace

extern const OpDef kRandomUniform, kRandomStandardNormal, kMultinomial;
const OpDef kRandomUniform = numbers(BuiltinOp::kRandomUniform, prepare_numbers<uniform_pair>);
const OpDef kRandomStandardNormal = numbers(BuiltinOp::kRandomStandardNormal, prepare_numbers<normal_pair>);
const OpDef kMultinomial = {.code = BuiltinOp::kMultinomial,
                            .inputs = {{"logits"}, {"num_samples"}},
                            .options = &schema_of<RandomOptions>(),
                            .infer = infer_multinomial,
                            .prepare = prepare_multinomial,
                            .types = "float32; output int32, int64",
                            .stateful = true};

}  // namespace litewright
