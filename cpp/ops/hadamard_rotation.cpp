// aeq.hadamard_rotation (custom): every run of hadamard_size elements of a row multiplied by the normalized
// Hadamard matrix.
#include <cmath>
#include <cstring>

#include "ops/flex_options.h"
#include "ops/movement.h"

namespace litewright {
namespace {

int64_t hadamard_size(const NodeContext& c) {
  const int64_t size = flex_options(c)["hadamard_size"].AsInt64();
  if (size < 1 || (size & (size - 1)) != 0) c.fail("hadamard_size ", size, " is not a power of two");
  return size;
}

void infer(InferContext& c) {
  const Shape& shape = c.input_shape(0);
  if (c.input_dtype(0) != DType::kFloat32 || shape.size() < 2)
    c.fail(c.describe_input(0), " should be float32 with two dimensions");
  if (shape.back() % hadamard_size(c) != 0)
    c.fail(c.describe_input(0), " has rows that are not a multiple of hadamard_size");
  c.set_output(0, DType::kFloat32, shape);
}

void transform(float* values, int64_t size) {
  for (int64_t half = 1; half < size; half *= 2) {
    for (int64_t first = 0; first < size; first += 2 * half) {
      for (int64_t i = first; i < first + half; ++i) {
        const float a = values[i], b = values[i + half];
        values[i] = a + b;
        values[i + half] = a - b;
      }
    }
  }
  const float scale = 1.0f / std::sqrt(static_cast<float>(size));
  for (int64_t i = 0; i < size; ++i) values[i] *= scale;
}

Kernel prepare(PrepareContext& c) {
  return [size = hadamard_size(c)](RunContext& run) -> Status {
    const int64_t count = num_elements(run.input_shape(0));
    float* output = run.out<float>(0);
    if (count > 0) std::memcpy(output, run.in<float>(0), static_cast<size_t>(count) * sizeof(float));
    for (int64_t i = 0; i < count; i += size) transform(output + i, size);
    return {};
  };
}

}  // namespace

extern const CustomOpDef kHadamardRotation;
const CustomOpDef kHadamardRotation = {"aeq.hadamard_rotation", infer, prepare};

}  // namespace litewright
