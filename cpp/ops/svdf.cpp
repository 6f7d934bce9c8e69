// Each of the filters projects the input to one number per step and weighs its last `memory` ones; `rank`
// filters add up to a unit.
#include <algorithm>

#include "ops/fixed_point.h"
#include "ops/recurrent_product.h"

namespace litewright {
namespace {

enum Input { kData, kFeature, kTime, kBias, kState };

struct Sizes {
  int64_t batch, filters, units, rank, memory, inputs;
};

Sizes sizes_of(const NodeContext& c) {
  const Shape &input = c.input_shape(kData), &feature = c.input_shape(kFeature), &time = c.input_shape(kTime);
  const int64_t rank = c.options<SVDFOptions>().rank;
  return {input[0], feature[0], feature[0] / rank, rank, time[1], input[1]};
}

void infer(InferContext& c) {
  const SVDFOptions& options = c.options<SVDFOptions>();
  for (int i : {kData, kFeature, kTime, kState}) {
    if (c.input_shape(i).size() != 2) c.fail(c.describe_input(i), " should have 2 dimensions");
  }
  const int32_t filters = c.input_shape(kFeature)[0], batch = c.input_shape(kData)[0];
  if (options.rank <= 0 || filters % options.rank != 0) {
    c.fail("the rank is ", options.rank, "; it should divide the ", filters, " filters");
  }
  const DType x = c.input_dtype(kData), w = c.input_dtype(kFeature);
  const bool integer = x == DType::kInt8 && w == DType::kInt8;
  const bool is_float =
      x == DType::kFloat32 && (w == DType::kFloat32 || w == DType::kInt8 || w == DType::kUInt8);
  if (!integer && !is_float) {
    c.fail(c.describe_input(kData), " and ", c.describe_input(kFeature),
           " should be float32, int8 or float32 and int8");
  }
  const int32_t memory = c.input_shape(kTime)[1], units = filters / options.rank;
  int64_t kept = 0;
  if (memory == 0 || __builtin_mul_overflow(int64_t{memory}, int64_t{filters}, &kept) || kept > INT32_MAX) {
    c.fail(c.describe_input(kTime), " should have a memory that fits");
  }
  const auto require = [&](int i, DType dtype, const Shape& shape) {
    if (c.input_dtype(i) == dtype && c.input_shape(i) == shape) return;
    c.fail(c.describe_input(i), " should be ", dtype_name(dtype), to_string(shape));
  };
  require(kFeature, w, {filters, c.input_shape(kData)[1]});
  require(kTime, integer ? DType::kInt16 : w, {filters, memory});
  if (c.has_input(kBias)) require(kBias, integer ? DType::kInt32 : DType::kFloat32, {units});
  require(kState, integer ? DType::kInt16 : DType::kFloat32, {batch, static_cast<int32_t>(kept)});
  if (!c.input(kState).tensor->is_variable) c.fail(c.describe_input(kState), " should be a variable tensor");
  if (integer && options.fused_activation_function != Activation::kRelu) {
    c.fail("with int8 activations the fused activation should be RELU");
  }
  check_recurrent_activation(c, options.fused_activation_function);
  c.set_output(0, x, {batch, units});
}

// Forgets the oldest number of every filter; the place of the newest is free.
template <class T>
void shift(const Sizes& s, T* state) {
  for (int64_t k = 0; k < s.batch * s.filters; ++k) {
    std::copy(state + k * s.memory + 1, state + (k + 1) * s.memory, state + k * s.memory);
  }
}

Kernel prepare_integer(PrepareContext& c) {
  const Sizes s = sizes_of(c);
  const auto quantization = [&](int i) { return per_tensor_quantization(*c.input(i).tensor); };
  const ScaleZero input = quantization(kData), state = quantization(kState);
  const ScaleZero output = per_tensor_quantization(*c.output(0).tensor);
  const QuantizedMultiplier feature =
      quantize_multiplier(input.scale * quantization(kFeature).scale / state.scale);
  const QuantizedMultiplier time =
      quantize_multiplier(state.scale * quantization(kTime).scale / output.scale);
  return [=](RunContext& r) {
    int16_t* memory = r.variable<int16_t>(kState);
    shift(s, memory);
    const int32_t* bias = r.in_or_null<int32_t>(kBias);
    for (int64_t b = 0; b < s.batch; ++b) {
      for (int64_t f = 0; f < s.filters; ++f) {
        int32_t sum = 0;
        for (int64_t k = 0; k < s.inputs; ++k) {
          sum +=
              r.in<int8_t>(kFeature)[f * s.inputs + k] * (r.in<int8_t>(kData)[b * s.inputs + k] - input.zero);
        }
        memory[(b * s.filters + f + 1) * s.memory - 1] = static_cast<int16_t>(
            std::clamp<int32_t>(multiply_by_quantized_multiplier(sum, feature), -32768, 32767));
      }
      for (int64_t u = 0; u < s.units; ++u) {
        uint32_t sum = bias != nullptr ? static_cast<uint32_t>(bias[u]) : 0;  // wraps around
        for (int64_t k = u * s.rank * s.memory; k < (u + 1) * s.rank * s.memory; ++k) {
          sum += static_cast<uint32_t>(r.in<int16_t>(kTime)[k] * memory[b * s.filters * s.memory + k]);
        }
        const int64_t stored =
            int64_t{multiply_by_quantized_multiplier(static_cast<int32_t>(sum), time)} + output.zero;
        r.out<int8_t>(0)[b * s.units + u] = static_cast<int8_t>(std::clamp<int64_t>(stored, -128, 127));
      }
    }
    return Status();
  };
}

Kernel prepare(PrepareContext& c) {
  if (c.input_dtype(kData) == DType::kInt8) return prepare_integer(c);
  const SVDFOptions& options = c.options<SVDFOptions>();
  const Sizes s = sizes_of(c);
  const RecurrentOps ops = recurrent_ops_variants().best(recurrent_isa(c));
  const auto feature = std::make_shared<const RecurrentProduct>(
      c, std::vector<int>{kFeature}, std::vector<int>{}, options.asymmetric_quantize_inputs, s.batch);
  const auto time = std::make_shared<const std::vector<float>>(constant_floats(c, kTime));
  const int newest = c.add_scratch(static_cast<size_t>(s.batch * s.filters) * sizeof(float));
  return [=, activation = options.fused_activation_function](RunContext& r) {
    float* memory = r.variable<float>(kState);
    shift(s, memory);
    float* projected = r.scratch<float>(newest);
    feature->assign(r, s.batch, r.in<float>(kData), s.inputs, projected, s.filters);
    for (int64_t k = 0; k < s.batch * s.filters; ++k) memory[(k + 1) * s.memory - 1] = projected[k];
    const float* bias = r.in_or_null<float>(kBias);
    for (int64_t b = 0; b < s.batch; ++b) {
      for (int64_t u = 0; u < s.units; ++u) {
        float unit = 0;
        for (int64_t f = u * s.rank; f < (u + 1) * s.rank; ++f) {
          const float *weights = time->data() + f * s.memory, *x = memory + (b * s.filters + f) * s.memory;
          float sum = 0;
          for (int64_t k = 0; k < s.memory; ++k) sum += weights[k] * x[k];
          unit += sum;
        }
        r.out<float>(0)[b * s.units + u] = bias != nullptr ? unit + bias[u] : unit;
      }
    }
    apply_recurrent_activation(activation, ops, s.batch * s.units, r.out<float>(0));
    return Status();
  };
}

}  // namespace

extern const OpDef kSvdf;
const OpDef kSvdf = {
    .code = BuiltinOp::kSvdf,
    .max_version = 4,
    .inputs = {{"input"}, {"feature_weights"}, {"time_weights"}, {"bias", OperandDef::kOptional}, {"state"}},
    .options = &schema_of<SVDFOptions>(),
    .infer = infer,
    .prepare = prepare,
    .quant = {.hybrid = QuantRule::kComputes, .hybrid_operands = {1, 2}},
    .types = "float32, int8; float32 with int8 weights",
    .fast_path = true,
    .stateful = true,
};

}  // namespace litewright
