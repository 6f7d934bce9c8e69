#include "graph/dimension_source.h"

#include <algorithm>
#include <vector>

#include "ops/option_structs.h"

namespace litewright {
namespace {

constexpr size_t kMostSteps = 1000;

const Operator* producer_of(const Subgraph& subgraph, TensorId id) {
  for (const Operator& op : subgraph.operators) {
    if (std::find(op.outputs.begin(), op.outputs.end(), id) != op.outputs.end()) return &op;
  }
  return nullptr;
}

std::vector<int64_t> constant_ints(const Tensor& tensor) {
  if (!tensor.is_constant || tensor.dtype != DType::kInt32) return {};
  const auto values = tensor.data.as<int32_t>();
  return {values.begin(), values.end()};
}

bool is_broadcasting(BuiltinOp code) {
  switch (code) {
    case BuiltinOp::kAdd:
    case BuiltinOp::kSub:
    case BuiltinOp::kMul:
    case BuiltinOp::kDiv:
    case BuiltinOp::kMaximum:
    case BuiltinOp::kMinimum:
    case BuiltinOp::kPow:
    case BuiltinOp::kSquaredDifference:
    case BuiltinOp::kSelect:
    case BuiltinOp::kSelectV2:
    case BuiltinOp::kLess:
    case BuiltinOp::kLessEqual:
    case BuiltinOp::kGreater:
    case BuiltinOp::kGreaterEqual:
    case BuiltinOp::kEqual:
    case BuiltinOp::kNotEqual:
    case BuiltinOp::kLogicalAnd:
    case BuiltinOp::kLogicalOr:
      return true;
    default:
      return false;
  }
}

// A step back: the operands with their dimensions that give dimension `axis` of the operator's result. Any of
// them will do.
class StepBack {
 public:
  StepBack(const Subgraph& subgraph, const Operator& op, int axis)
      : subgraph_(subgraph), op_(op), axis_(axis), result_(subgraph.tensors[op.outputs[0]].shape) {}

  std::vector<Dimension> find() const {
    if (is_broadcasting(op_.code)) return elementwise();
    const std::optional<Dimension> one = single();
    return one ? std::vector<Dimension>{*one} : std::vector<Dimension>{};
  }

 private:
  std::optional<Dimension> single() const {
    switch (op_.code) {
      case BuiltinOp::kFullyConnected:
        return axis_ + 1 < rank(0) ? same(0) : std::nullopt;
      case BuiltinOp::kBatchMatmul:
        return product();
      case BuiltinOp::kConv2D:
      case BuiltinOp::kDepthwiseConv2D:
      case BuiltinOp::kConv3D:
      case BuiltinOp::kMaxPool2D:
      case BuiltinOp::kAveragePool2D:
        return axis_ == 0 ? same(0) : std::nullopt;
      case BuiltinOp::kSplit:
        return split();
      case BuiltinOp::kDynamicUpdateSlice:
        return axis_ == 0 ? same(0) : same(1);
      case BuiltinOp::kTranspose:
        return transposed();
      case BuiltinOp::kReshape:
      case BuiltinOp::kExpandDims:
      case BuiltinOp::kSqueeze:
        return reshaped();
      case BuiltinOp::kGather:
        return gathered();
      case BuiltinOp::kPack:
        return packed();
      case BuiltinOp::kStridedSlice:
        return sliced();
      case BuiltinOp::kFill:
        return filled();
      case BuiltinOp::kTile:
        return shape(0)[static_cast<size_t>(axis_)] < 0 ? same(0) : std::nullopt;
      case BuiltinOp::kConcatenation:
        return concatenated();
      default:
        // One operand of the same shape: an activation, a cast, a rounding.
        return op_.inputs.size() == 1 && shape(0) == result_ ? same(0) : std::nullopt;
    }
  }

  const Shape& shape(int i) const { return subgraph_.tensors[op_.inputs[static_cast<size_t>(i)]].shape; }
  int rank(int i) const { return static_cast<int>(shape(i).size()); }
  std::optional<Dimension> of(int i, int axis) const {
    return Dimension{op_.inputs[static_cast<size_t>(i)], axis};
  }
  std::optional<Dimension> same(int i) const {
    return rank(i) == static_cast<int>(result_.size()) ? of(i, axis_) : std::nullopt;
  }

  std::vector<Dimension> elementwise() const {
    std::vector<Dimension> all;
    for (int i = 0; i < static_cast<int>(op_.inputs.size()); ++i) {
      const int at = axis_ - static_cast<int>(result_.size()) + rank(i);
      if (at >= 0 && shape(i)[static_cast<size_t>(at)] < 0)
        all.push_back({op_.inputs[static_cast<size_t>(i)], at});
    }
    return all;
  }

  std::optional<Dimension> concatenated() const {
    const int along = op_.options.get<ConcatenationOptions>().axis;
    return along == axis_ || along + rank(0) == axis_ ? std::nullopt : same(0);
  }

  std::optional<Dimension> product() const {
    const BatchMatMulOptions& options = op_.options.get<BatchMatMulOptions>();
    const int last = static_cast<int>(result_.size()) - 1;
    if (axis_ == last) return of(1, options.adj_y ? rank(1) - 2 : rank(1) - 1);
    if (axis_ == last - 1) return of(0, options.adj_x ? rank(0) - 1 : rank(0) - 2);
    for (int i = 0; i < 2; ++i) {
      if (rank(i) == last + 1 && shape(i)[static_cast<size_t>(axis_)] < 0) return of(i, axis_);
    }
    return std::nullopt;
  }

  std::optional<Dimension> split() const {
    const std::vector<int64_t> along = constant_ints(subgraph_.tensors[op_.inputs[0]]);
    if (along.size() != 1 || along[0] == axis_ || along[0] + rank(1) == axis_) return std::nullopt;
    return same(1);
  }

  std::optional<Dimension> transposed() const {
    const std::vector<int64_t> order = constant_ints(subgraph_.tensors[op_.inputs[1]]);
    if (order.size() != result_.size()) return std::nullopt;
    return of(0, static_cast<int>(order[static_cast<size_t>(axis_)]));
  }

  // Both shapes with a single unknown dimension and the same product of the known ones.
  std::optional<Dimension> reshaped() const {
    int64_t products[2] = {1, 1};
    int unknown[2] = {0, 0}, at = 0;
    const Shape* shapes[2] = {&shape(0), &result_};
    for (int k = 0; k < 2; ++k) {
      for (size_t i = 0; i < shapes[k]->size(); ++i) {
        const int32_t dim = (*shapes[k])[i];
        if (dim < 0) {
          ++unknown[k];
          at = k == 0 ? static_cast<int>(i) : at;
        } else if (__builtin_mul_overflow(products[k], static_cast<int64_t>(dim), &products[k])) {
          return std::nullopt;
        }
      }
    }
    if (unknown[0] == 1 && unknown[1] == 1 && products[0] == products[1]) return of(0, at);
    // Several unknown ones: only where a dimension of 1 was added or taken away.
    if (op_.code == BuiltinOp::kReshape || unknown[0] != unknown[1]) return std::nullopt;
    int nth = static_cast<int>(std::count(result_.begin(), result_.begin() + axis_, -1));
    for (size_t i = 0; i < shapes[0]->size(); ++i) {
      if ((*shapes[0])[i] < 0 && nth-- == 0) return of(0, static_cast<int>(i));
    }
    return std::nullopt;
  }

  std::optional<Dimension> gathered() const {
    const GatherOptions& options = op_.options.get<GatherOptions>();
    const int along = options.axis < 0 ? options.axis + rank(0) : options.axis;
    if (options.batch_dims != 0) return std::nullopt;
    if (axis_ < along) return of(0, axis_);
    if (axis_ < along + rank(1)) return of(1, axis_ - along);
    return of(0, axis_ - rank(1) + 1);
  }

  std::optional<Dimension> packed() const {
    int along = op_.options.get<PackOptions>().axis;
    along += along < 0 ? static_cast<int>(result_.size()) : 0;
    if (axis_ == along) return std::nullopt;
    return of(0, axis_ < along ? axis_ : axis_ - 1);
  }

  // A dimension that is taken whole.
  std::optional<Dimension> sliced() const {
    const StridedSliceOptions& options = op_.options.get<StridedSliceOptions>();
    const std::vector<int64_t> strides = constant_ints(subgraph_.tensors[op_.inputs[3]]);
    if (options.ellipsis_mask != 0 || options.new_axis_mask != 0) return std::nullopt;
    int to = 0;
    for (int from = 0; from < rank(0); ++from) {
      const bool given = from < static_cast<int>(strides.size());
      if (given && (options.shrink_axis_mask >> from & 1)) continue;
      if (to++ != axis_) continue;
      const bool whole = !given || ((options.begin_mask >> from & 1) && (options.end_mask >> from & 1) &&
                                    strides[static_cast<size_t>(from)] == 1);
      return whole ? of(0, from) : std::nullopt;
    }
    return std::nullopt;
  }

  std::optional<Dimension> filled() const {
    const Operator* dims = producer_of(subgraph_, op_.inputs[0]);
    if (dims == nullptr || dims->code != BuiltinOp::kPack) return std::nullopt;
    return static_cast<size_t>(axis_) < dims->inputs.size()
               ? extent_source(subgraph_, dims->inputs[static_cast<size_t>(axis_)])
               : std::nullopt;
  }

  const Subgraph& subgraph_;
  const Operator& op_;
  const int axis_;
  const Shape& result_;
};

}  // namespace

Dimension dimension_source(const Subgraph& subgraph, TensorId tensor, int axis) {
  const Dimension start{tensor, axis};
  std::vector<Dimension> waiting = {start}, seen;
  Dimension furthest = start;
  while (!waiting.empty() && seen.size() < kMostSteps) {
    const Dimension now = waiting.back();
    waiting.pop_back();
    if (std::find(seen.begin(), seen.end(), now) != seen.end()) continue;
    seen.push_back(now);
    const Operator* op = producer_of(subgraph, now.tensor);
    if (op == nullptr) return now;
    if (op->inputs.empty()) continue;
    std::vector<Dimension> before = StepBack(subgraph, *op, now.axis).find();
    std::reverse(before.begin(), before.end());
    for (const Dimension& one : before) {
      if (one.tensor == kNoTensor) continue;
      const Shape& shape = subgraph.tensors[one.tensor].shape;
      if (one.axis < 0 || one.axis >= static_cast<int>(shape.size())) continue;
      waiting.push_back(one);
    }
    if (before.empty() && furthest == start) furthest = now;
  }
  return furthest;
}

std::optional<Dimension> extent_source(const Subgraph& subgraph, TensorId value) {
  const Operator* op = producer_of(subgraph, value);
  for (size_t steps = 0; steps < kMostSteps && op != nullptr && op->code == BuiltinOp::kReshape; ++steps)
    op = producer_of(subgraph, op->inputs[0]);
  if (op == nullptr || op->code != BuiltinOp::kStridedSlice) return std::nullopt;
  const Operator* whole = producer_of(subgraph, op->inputs[0]);
  const std::vector<int64_t> begin = constant_ints(subgraph.tensors[op->inputs[1]]);
  if (whole == nullptr || whole->code != BuiltinOp::kShape || begin.size() != 1) return std::nullopt;
  const Tensor& result = subgraph.tensors[value];
  if (checked_elements(result.shape) != 1) return std::nullopt;
  const TensorId of = whole->inputs[0];
  const auto rank = static_cast<int64_t>(subgraph.tensors[of].shape.size());
  const bool first = op->options.get<StridedSliceOptions>().begin_mask & 1;
  const int64_t axis = first ? 0 : begin[0] < 0 ? begin[0] + rank : begin[0];
  if (axis < 0 || axis >= rank) return std::nullopt;
  return dimension_source(subgraph, of, static_cast<int>(axis));
}

}  // namespace litewright
