// BATCH_TO_SPACE(CONV VALID(SPACE_TO_BATCH(x))) -> CONV VALID(PAD(x)) with dilation, as TensorFlow states
// dilated convolutions
#include <algorithm>

#include "ops/option_structs.h"
#include "passes/passes.h"
#include "passes/rewrite.h"

namespace litewright {
namespace {

template <class T>
bool is_plain(const Operator& op) {
  const T& o = op.options.get<T>();
  return o.padding == Padding::kValid && o.fused_activation_function == Activation::kNone &&
         o.stride_h == 1 && o.stride_w == 1 && o.dilation_h_factor == 1 && o.dilation_w_factor == 1;
}

bool is_plain_convolution(const Operator& op) {
  if (op.code == BuiltinOp::kConv2D) return is_plain<Conv2DOptions>(op);
  return op.code == BuiltinOp::kDepthwiseConv2D && is_plain<DepthwiseConv2DOptions>(op);
}

std::optional<std::vector<int64_t>> constants_of(const Subgraph& subgraph, const Operator& op, int operand,
                                                 size_t count) {
  auto values = int_values(subgraph.tensors[op.inputs[operand]]);
  return values && values->size() == count ? values : std::nullopt;
}

bool fold(Subgraph& subgraph, int index) {
  const Operator back = subgraph.operators[index];
  if (back.code != BuiltinOp::kBatchToSpaceNd) return false;
  const Uses uses(subgraph);
  const int middle = uses.producer(back.inputs[0]);
  if (middle < 0 || uses.only_consumer(back.inputs[0]) != index) return false;
  Operator conv = subgraph.operators[middle];
  if (!is_plain_convolution(conv)) return false;
  const int first = uses.producer(conv.inputs[0]);
  if (first < 0 || uses.only_consumer(conv.inputs[0]) != middle) return false;
  const Operator& there = subgraph.operators[first];
  if (there.code != BuiltinOp::kSpaceToBatchNd) return false;
  const Tensor& x = subgraph.tensors[there.inputs[0]];
  const auto block = constants_of(subgraph, there, 1, 2), block_back = constants_of(subgraph, back, 1, 2);
  const auto added = constants_of(subgraph, there, 2, 4), cropped = constants_of(subgraph, back, 2, 4);
  if (!block || block != block_back || !added || !cropped || x.shape.size() != 4 ||
      x.dtype != DType::kFloat32)
    return false;
  std::vector<int32_t> amounts = {0, 0};
  for (size_t i = 0; i < 4; ++i) amounts.push_back(static_cast<int32_t>((*added)[i] - (*cropped)[i]));
  amounts.insert(amounts.end(), 2, 0);
  if (std::any_of(amounts.begin(), amounts.end(), [](int32_t amount) { return amount < 0; })) return false;
  set_field(conv.options, "dilation_h_factor", (*block)[0]);
  set_field(conv.options, "dilation_w_factor", (*block)[1]);
  conv.version = 0;
  conv.inputs[0] = there.inputs[0];
  conv.outputs = back.outputs;
  const bool padded = std::any_of(amounts.begin(), amounts.end(), [](int32_t amount) { return amount > 0; });
  if (padded) {
    Tensor larger = x;
    larger.name += "/padded";
    larger.is_constant = false;
    for (size_t i = 1; i < 3; ++i)
      larger.shape[i] = larger.shape[i] < 0 ? -1 : larger.shape[i] + amounts[2 * i] + amounts[2 * i + 1];
    Operator pad;
    pad.code = BuiltinOp::kPad;
    pad.options = PadOptions{};
    pad.layer = conv.layer;
    const auto next = static_cast<TensorId>(subgraph.tensors.size());
    pad.inputs = {there.inputs[0], next};
    pad.outputs = {next + 1};
    conv.inputs[0] = next + 1;
    subgraph.tensors.push_back({.name = larger.name + "/amounts",
                                .dtype = DType::kInt32,
                                .shape = {4, 2},
                                .is_constant = true,
                                .data = Bytes::copy(amounts)});
    subgraph.tensors.push_back(std::move(larger));
    subgraph.operators[middle] = std::move(pad);
  }
  subgraph.operators[index] = std::move(conv);
  remove_operators(subgraph, padded ? std::vector<int>{first} : std::vector<int>{first, middle});
  return true;
}

}  // namespace

bool fold_dilation(Graph& graph) { return rewrite_operators(graph, fold); }

}  // namespace litewright
