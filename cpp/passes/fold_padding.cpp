// CONV_2D or DEPTHWISE_CONV_2D VALID(PAD(x)) -> SAME(x), where SAME pads by the same amounts
#include <algorithm>

#include "ops/option_structs.h"
#include "passes/linear.h"
#include "passes/passes.h"
#include "passes/rewrite.h"

namespace litewright {
namespace {

// What SAME padding puts before and after one dimension.
std::pair<int64_t, int64_t> same_padding(int64_t extent, int64_t kernel, int64_t stride, int64_t dilation) {
  const int64_t out = (extent + stride - 1) / stride;
  const int64_t total = std::max<int64_t>((out - 1) * stride + (kernel - 1) * dilation + 1 - extent, 0);
  return {total / 2, total - total / 2};
}

bool fold(Subgraph& subgraph, int index) {
  const Operator op = subgraph.operators[index];
  int64_t stride_h = 0, stride_w = 0, dilation_h = 0, dilation_w = 0;
  if (op.code == BuiltinOp::kConv2D) {
    const auto& o = op.options.get<Conv2DOptions>();
    if (o.padding != Padding::kValid) return false;
    stride_h = o.stride_h, stride_w = o.stride_w, dilation_h = o.dilation_h_factor,
    dilation_w = o.dilation_w_factor;
  } else if (op.code == BuiltinOp::kDepthwiseConv2D) {
    const auto& o = op.options.get<DepthwiseConv2DOptions>();
    if (o.padding != Padding::kValid) return false;
    stride_h = o.stride_h, stride_w = o.stride_w, dilation_h = o.dilation_h_factor,
    dilation_w = o.dilation_w_factor;
  } else {
    return false;
  }
  const Uses uses(subgraph);
  const int producer = uses.producer(op.inputs[0]);
  if (producer < 0 || uses.only_consumer(op.inputs[0]) != index) return false;
  const Operator& pad = subgraph.operators[producer];
  if (pad.code != BuiltinOp::kPad || subgraph.tensors[pad.inputs[0]].dtype != DType::kFloat32) return false;
  const auto amounts = int_values(subgraph.tensors[pad.inputs[1]]);
  const Shape& shape = subgraph.tensors[pad.inputs[0]].shape;
  const Shape& kernel = subgraph.tensors[op.inputs[1]].shape;
  if (!amounts || amounts->size() != 8 || shape.size() != 4 || kernel.size() != 4 || shape[1] < 0 ||
      shape[2] < 0)
    return false;
  const auto height = same_padding(shape[1], kernel[1], stride_h, dilation_h);
  const auto width = same_padding(shape[2], kernel[2], stride_w, dilation_w);
  const std::vector<int64_t> wanted = {0, 0, height.first, height.second, width.first, width.second, 0, 0};
  if (*amounts != wanted) return false;
  Operator& conv = subgraph.operators[index];
  set_field(conv.options, "padding", static_cast<int64_t>(Padding::kSame));
  conv.inputs[0] = pad.inputs[0];
  remove_operators(subgraph, {producer});
  return true;
}

}  // namespace

bool fold_padding(Graph& graph) { return rewrite_operators(graph, fold); }

}  // namespace litewright
