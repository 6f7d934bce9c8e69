// Short ways to write operators, on top of the graph builder.
#pragma once

#include <utility>
#include <vector>

#include "graph/builder.h"

namespace litewright::keras {

using Ids = std::vector<TensorId>;
using Axes = std::vector<int32_t>;

class Ops {
 public:
  explicit Ops(GraphBuilder& builder) : builder_(&builder) {}

  GraphBuilder& builder() { return *builder_; }
  Shape shape(TensorId x) const { return builder_->shape(x); }
  int rank(TensorId x) const { return static_cast<int>(shape(x).size()); }
  DType dtype(TensorId x) const { return builder_->dtype(x); }
  // `axis` of `x` as a non-negative one; Error if there is none.
  int axis(TensorId x, int64_t axis) const;

  TensorId op(BuiltinOp code, const Ids& inputs, Options options = {}) {
    return builder_->add(code, inputs, std::move(options));
  }
  TensorId add(TensorId a, TensorId b) { return op(BuiltinOp::kAdd, {a, b}, AddOptions{}); }
  TensorId sub(TensorId a, TensorId b) { return op(BuiltinOp::kSub, {a, b}, SubOptions{}); }
  TensorId mul(TensorId a, TensorId b) { return op(BuiltinOp::kMul, {a, b}, MulOptions{}); }
  TensorId div(TensorId a, TensorId b) { return op(BuiltinOp::kDiv, {a, b}, DivOptions{}); }
  TensorId maximum(TensorId a, TensorId b) {
    return op(BuiltinOp::kMaximum, {a, b}, MaximumMinimumOptions{});
  }
  TensorId minimum(TensorId a, TensorId b) {
    return op(BuiltinOp::kMinimum, {a, b}, MaximumMinimumOptions{});
  }
  TensorId select(TensorId condition, TensorId a, TensorId b) {
    return op(BuiltinOp::kSelectV2, {condition, a, b}, SelectV2Options{});
  }
  TensorId relu(TensorId x) { return op(BuiltinOp::kRelu, {x}); }
  TensorId tanh(TensorId x) { return op(BuiltinOp::kTanh, {x}); }
  TensorId sigmoid(TensorId x) { return op(BuiltinOp::kLogistic, {x}); }
  TensorId softmax(TensorId x, float beta = 1) { return op(BuiltinOp::kSoftmax, {x}, SoftmaxOptions{beta}); }

  // Constants. number(): of the dtype of `like`.
  TensorId f(double value) { return builder_->scalar(static_cast<float>(value)); }
  TensorId number(double value, TensorId like);
  TensorId floats(std::vector<float> values, Shape shape);
  TensorId floats(Bytes values, Shape shape) {
    return builder_->constant(DType::kFloat32, std::move(shape), std::move(values));
  }
  TensorId zeros(Shape shape);
  TensorId ints(const Axes& values) { return builder_->ints(values); }

  TensorId cast(TensorId x, DType to);
  // `dims` as in NumPy; a -1 with source[i] >= 0 is dimension source[i] of x. More than one unknown dimension
  // is worked out at run time. Nothing is added where the shape does not change.
  TensorId reshape(TensorId x, Shape dims, const Axes& source = {});
  // The shape of x with dimensions [first, last) replaced by `with`; the others keep their (unknown) extents.
  TensorId reshape_part(TensorId x, int first, int last, const Shape& with);
  TensorId expand(TensorId x, int axis);
  TensorId squeeze(TensorId x, int axis);
  TensorId transpose(TensorId x, const Axes& permutation);
  TensorId concat(const Ids& inputs, int axis);
  TensorId pack(const Ids& inputs, int axis);
  Ids unpack(TensorId x, int axis);
  Ids split(TensorId x, int parts, int axis);
  TensorId take(TensorId x, int axis, int32_t index);  // drops the axis; a negative index counts from the end
  TensorId narrow(TensorId x, int axis, int32_t begin,
                  int32_t end);  // end 0: to the end, negative: from the end
  TensorId reverse(TensorId x, int axis) {
    return op(BuiltinOp::kReverseV2, {x, ints({axis})}, ReverseV2Options{});
  }
  TensorId reduce(BuiltinOp code, TensorId x, const Axes& axes, bool keep_dims);
  TensorId mean(TensorId x, const Axes& axes, bool keep_dims) {
    return reduce(BuiltinOp::kMean, x, axes, keep_dims);
  }
  // (before, after) per dimension; x itself if all are zero.
  TensorId pad(TensorId x, const std::vector<std::pair<int32_t, int32_t>>& pads, float value = 0);
  TensorId gather(TensorId x, TensorId indices, int axis, int batch_dims = 0) {
    return op(BuiltinOp::kGather, {x, indices}, GatherOptions{axis, batch_dims});
  }
  TensorId matmul(TensorId a, TensorId b, bool adj_a = false, bool adj_b = false);
  // x times a constant [in, out] matrix over the last axis. `bias` may be kNoTensor.
  TensorId dense(TensorId x, TensorId weights_out_in, TensorId bias);
  // The extent of a dimension at run time: an int32 scalar, or a vector of one.
  TensorId extent(TensorId x, int axis, bool vector = false);
  // An int32 vector of extents: constants where they are >= 0, else dimension source[i] of x, -1 if source[i]
  // < 0.
  TensorId extents(TensorId x, const Shape& dims, const Axes& source);
  // A float tensor of this shape; a -1 is dimension source[i] of x.
  TensorId filled(float value, TensorId x, const Shape& dims, const Axes& source);
  // An operator whose result the caller states, because it depends on values known only at run time.
  TensorId declared(BuiltinOp code, const Ids& inputs, Options options, DType dtype, Shape shape);
  TensorId slice(TensorId x, const Axes& begin, const Axes& end, const Axes& strides,
                 StridedSliceOptions options);

 private:
  GraphBuilder* builder_;
};

}  // namespace litewright::keras
