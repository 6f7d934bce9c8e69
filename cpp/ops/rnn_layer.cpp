#include "ops/rnn_layer.h"

#include <algorithm>

namespace litewright {

int32_t check_rnn(const NodeContext& c, const RnnOperands& o, const RnnParams& params) {
  check_recurrent_activation(c, params.activation);
  const auto require = [&](int i, DType dtype, const Shape& shape) {
    if (c.input_dtype(i) == dtype && c.input_shape(i) == shape) return;
    c.fail(c.describe_input(i), " should be ", dtype_name(dtype), to_string(shape));
  };
  const Shape& input = c.input_shape(o.input);
  const DType w = c.input_dtype(o.weights);
  if (c.input_dtype(o.input) != DType::kFloat32) c.fail(c.describe_input(o.input), " should be float32");
  if (w != DType::kFloat32 && w != DType::kInt8 && w != DType::kUInt8) {
    c.fail(c.describe_input(o.weights), " should be float32 or int8");
  }
  if (c.input_shape(o.weights).size() != 2) c.fail(c.describe_input(o.weights), " should have 2 dimensions");
  const int32_t units = c.input_shape(o.weights)[0];
  const SequenceShape s = sequence_shape(input, params.time_major);
  if (units == 0) c.fail("it has no units");
  require(o.weights, w, {units, input.back()});
  require(o.recurrent, w, {units, units});
  require(o.bias, DType::kFloat32, {units});
  require(o.state, DType::kFloat32, {static_cast<int32_t>(s.batch), units});
  if (!c.input(o.state).tensor->is_variable)
    c.fail(c.describe_input(o.state), " should be a variable tensor");
  if (o.aux_weights >= 0 && c.has_input(o.aux_weights)) {
    Shape shape = input;
    if (!c.input_shape(o.aux_input).empty()) shape.back() = c.input_shape(o.aux_input).back();
    require(o.aux_input, DType::kFloat32, shape);
    require(o.aux_weights, w, {units, shape.back()});
  }
  return units;
}

RnnLayer::RnnLayer(PrepareContext& c, const RnnOperands& o, const RnnParams& params)
    : operands_(o),
      activation_(params.activation),
      units_(check_rnn(c, o, params)),
      ops_(recurrent_ops_variants().best(recurrent_isa(c))) {
  std::vector<int> aux;
  if (o.aux_weights >= 0 && c.has_input(o.aux_weights)) aux.push_back(o.aux_weights);
  sequence_ = RecurrentSequence(c, o.input, {o.weights}, {o.bias}, o.aux_input, aux, params.time_major,
                                params.asymmetric);
  recurrent_ = RecurrentProduct(c, {o.recurrent}, {}, params.asymmetric, sequence_.shape().batch);
}

void RnnLayer::run(RunContext& c, bool backward, float* out, int64_t out_stride) const {
  const int64_t batch = sequence_.shape().batch;
  float* state = c.variable<float>(operands_.state);
  sequence_.run(c, backward, state, units_, out, out_stride, [&](float* gates, int64_t stride) {
    recurrent_.accumulate(c, batch, state, units_, gates, stride);
    for (int64_t b = 0; b < batch; ++b) {
      std::copy_n(gates + b * stride, units_, state + b * units_);
      apply_recurrent_activation(activation_, ops_, units_, state + b * units_);
    }
  });
}

}  // namespace litewright
