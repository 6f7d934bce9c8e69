// NumericVerify, which the quantization debugger puts behind quantized tensors: the dequantized value less
// the float one.
#include <cmath>

#include "ops/elementwise.h"
#include "ops/flex_options.h"

namespace litewright {

extern const OpDef kDequantize;

namespace {

struct VerifyOptions {
  float tolerance = 0;  // in units of the input's scale
  bool fails = false;   // whether a difference above it is an error
};
VerifyOptions verify_options(const NodeContext& c) {
  if (c.op().custom_options.empty()) return {};
  const flexbuffers::Map map = flex_options(c);
  const float tolerance = map["tolerance"].AsFloat();
  return {tolerance, map["log_if_failed"].AsBool() && tolerance >= 0.1f};
}

void infer(InferContext& c) {
  require_dtype(c, 0, {DType::kInt8, DType::kUInt8, DType::kInt16, DType::kFloat16});
  require_dtype(c, 1, {DType::kFloat32});
  if (num_elements(c.input_shape(0)) != num_elements(c.input_shape(1))) {
    c.fail(c.describe_input(0), " and ", c.describe_input(1), " should have one shape");
  }
  c.set_declares_outputs(false);  // TensorFlow declares the type of the quantized tensor
  c.set_output(0, DType::kFloat32, c.input_shape(0));
}

Kernel prepare(PrepareContext& c) {
  const VerifyOptions options = verify_options(c);
  const Quantization& q = c.input_quantization(0);
  const float most = options.tolerance * (q.quantized() ? q.scale[0] : 0.0f);
  return [dequantize = kDequantize.prepare(c), n = num_elements(c.input_shape(0)), options,
          most](RunContext& r) {
    const Status status = dequantize(r);
    if (!status.ok()) return status;
    const float* reference = r.in<float>(1);
    float* out = r.out<float>(0);
    for (int64_t i = 0; i < n; ++i) {
      out[i] -= reference[i];
      if (options.fails && std::abs(out[i]) > most) {
        return Status::error("Mismatch: ", reference[i], " is dequantized as ", reference[i] + out[i],
                             ", off by more than ", most);
      }
    }
    return Status();
  };
}

}  // namespace

extern const CustomOpDef kNumericVerify;
const CustomOpDef kNumericVerify = {"NumericVerify", infer, prepare};

}  // namespace litewright
