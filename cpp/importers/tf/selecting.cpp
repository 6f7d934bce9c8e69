// Elements chosen by what they are: results whose extents are known only at run time.
#include <algorithm>

#include "core/error.h"
#include "importers/tf/lowering.h"
#include "passes/rewrite.h"

namespace litewright::tf {
namespace {

// The places where x is not zero: [-1, rank] int64.
TensorId where(Node& node, TensorId x) {
  return node.declared(BuiltinOp::kWhere, {x}, WhereOptions{}, DType::kInt64, {-1, node.rank(x)});
}
Values lower_where(Node& node) { return {where(node, node.input())}; }

// The elements (along the first axis) for which `condition`, a vector, holds, and their places.
std::pair<TensorId, TensorId> chosen(Node& node, TensorId x, TensorId condition) {
  const TensorId places = node.cast(node.reshape(where(node, condition), {-1}), DType::kInt32);
  return {node.gather(x, places, 0), places};
}

Values lower_partition(Node& node) {
  const TensorId x = node.input(0), parts = node.input(1);
  if (node.rank(parts) != 1) node.unsupported("parts chosen by more than one dimension");
  Values results;
  const int64_t count = node.integer("num_partitions");
  if (count < 1 || count > 4096) node.damaged(concat("it makes ", count, " parts"));
  for (int64_t i = 0; i < count; ++i) {
    const TensorId here = node.op(BuiltinOp::kEqual, {parts, node.number(static_cast<double>(i), parts)});
    results.emplace_back(chosen(node, x, here).first);
  }
  return results;
}

Values lower_list_diff(Node& node) {
  const TensorId x = node.input(0);
  const TensorId equal = node.op(BuiltinOp::kEqual, {node.expand(x, 1), node.input(1)});
  const TensorId known = node.reduce(BuiltinOp::kReduceAny, equal, {1}, false);
  const auto [left, places] = chosen(node, x, node.op(BuiltinOp::kLogicalNot, {known}));
  return {left, node.cast(places, node.type("out_idx", DType::kInt32))};
}

// Distinct elements, and for each element the number of its equal among them.
Values unique(Node& node) {
  const TensorId x = node.input();
  if (node.rank(x) != 1) node.unsupported("it takes vectors only");
  const DType index = node.type("out_idx", DType::kInt32);
  Operator op;
  op.code = BuiltinOp::kUnique;
  op.inputs = {x};
  op.options = UniqueOptions{index};
  Tensor distinct, places;
  distinct.name = node.builder().layer() + "/y";
  distinct.dtype = node.dtype(x);
  distinct.shape = {-1};
  places.name = node.builder().layer() + "/idx";
  places.dtype = index;
  places.shape = node.shape(x);
  const std::vector<TensorId> ids = node.builder().add_declared(std::move(op), {distinct, places});
  return {ids.begin(), ids.end()};
}
Values lower_unique_v2(Node& node) {
  for (const int64_t axis : node.known(1, "the axis")) {
    if (axis != 0) node.unsupported("it takes vectors only");
  }
  return unique(node);
}
Values lower_unique_with_counts(Node& node) {
  Values results = unique(node);
  const TensorId places = results[1].id;
  TensorId ones = node.op(BuiltinOp::kZerosLike, {node.cast(places, DType::kInt32)});
  ones = node.add(ones, node.builder().scalar(int32_t{1}));
  const TensorId counts = node.declared(
      BuiltinOp::kUnsortedSegmentSum, {ones, node.cast(places, DType::kInt32), node.extent(results[0].id, 0)},
      UnsortedSegmentSumOptions{}, DType::kInt32, {-1});
  results.emplace_back(node.cast(counts, node.type("out_idx", DType::kInt32)));
  return results;
}

Values top(Node& node, TensorId k, int32_t count) {
  const TensorId x = node.input();
  if (count >= 0) {
    const Ids ids = node.builder().add_multi(BuiltinOp::kTopkV2, {x, k}, TopKV2Options{}, 2);
    return {ids.begin(), ids.end()};
  }
  Operator op;
  op.code = BuiltinOp::kTopkV2;
  op.inputs = {x, k};
  op.options = TopKV2Options{};
  Tensor values, places;
  values.name = node.builder().layer() + "/values";
  values.dtype = node.dtype(x);
  values.shape = node.shape(x);
  if (values.shape.empty()) node.damaged("it takes no scalars");
  values.shape.back() = -1;
  places = values;
  places.name = node.builder().layer() + "/indices";
  places.dtype = DType::kInt32;
  const std::vector<TensorId> ids = node.builder().add_declared(std::move(op), {values, places});
  return {ids.begin(), ids.end()};
}
Values lower_top_k(Node& node) {
  const auto k = static_cast<int32_t>(node.integer("k"));
  return top(node, node.builder().scalar(k), k);
}
Values lower_top_k_v2(Node& node) {
  const std::optional<Extents> k = node.extents(1);
  if (k && k->size() == 1 && (*k)[0].known)
    return top(node, node.builder().scalar(static_cast<int32_t>((*k)[0].value)), 0);
  return top(node, node.shape_operand(1), -1);
}

// The element of this rank from below (above with "reverse").
Values lower_nth(Node& node) {
  const TensorId x = node.input();
  const bool reverse = node.flag("reverse");
  const auto n = static_cast<int32_t>(node.scalar(1, "n"));
  const TensorId sorted = reverse ? x : node.op(BuiltinOp::kNeg, {x});
  const Ids ids = node.builder().add_multi(BuiltinOp::kTopkV2, {sorted, node.builder().scalar(n + 1)},
                                           TopKV2Options{}, 2);
  const TensorId element = node.take(ids[0], node.rank(x) - 1, n);
  return {reverse ? element : node.op(BuiltinOp::kNeg, {element})};
}

Values lower_invert_permutation(Node& node) {
  const TensorId x = node.input();
  if (node.rank(x) != 1 || node.shape(x)[0] < 0) node.unsupported("the number of its elements is unknown");
  const TensorId falling = node.op(BuiltinOp::kNeg, {node.cast(x, DType::kInt32)});
  const Ids ids = node.builder().add_multi(
      BuiltinOp::kTopkV2, {falling, node.builder().scalar(node.shape(x)[0])}, TopKV2Options{}, 2);
  return {node.cast(ids[1], node.dtype(x))};
}

// How many of the sorted numbers lie below (or at) each value.
template <BuiltinOp kBelow>
Values lower_bound(Node& node) {
  const TensorId sorted = node.input(0), values = node.input(1);
  if (node.rank(sorted) != 2 || node.rank(values) != 2) node.damaged("its operands should be matrices");
  const TensorId below = node.op(kBelow, {node.expand(sorted, 1), node.expand(values, 2)});
  const TensorId count = node.reduce(BuiltinOp::kSum, node.cast(below, DType::kInt32), {2}, false);
  return {node.cast(count, node.type("out_type", DType::kInt32))};
}

// The operands of the operator with this code that gives `id`, where one of them is a constant number.
struct WithConstant {
  TensorId other = kNoTensor;
  int64_t constant = 0;
};
std::optional<WithConstant> with_constant(Node& node, TensorId id, BuiltinOp code) {
  for (const Operator& op : node.builder().subgraph().operators) {
    if (op.code != code || op.outputs[0] != id) continue;
    for (int side = 0; side < 2; ++side) {
      const auto values = int_values(node.builder().tensor(op.inputs[1 - side]));
      if (values && values->size() == 1) return WithConstant{op.inputs[side], values->front()};
    }
  }
  return std::nullopt;
}

// The number of bins: constant also as min(max(x, a), b) with a >= b.
TensorId number_of_bins(Node& node) {
  const TensorId size = node.shape_operand(1);
  const auto least = with_constant(node, size, BuiltinOp::kMinimum);
  const auto most = least ? with_constant(node, least->other, BuiltinOp::kMaximum) : std::nullopt;
  if (most && most->constant >= least->constant && least->constant <= INT32_MAX)
    return node.builder().scalar(static_cast<int32_t>(least->constant));
  return node.rank(size) == 0 ? size : node.reshape(size, {});
}

Values lower_bincount(Node& node) {
  const TensorId x = node.cast(node.input(0), DType::kInt32), weights = node.input(2);
  if (node.rank(x) < 1) node.damaged("its operand is a scalar");
  const TensorId bins = number_of_bins(node);
  const auto known = int_values(node.builder().tensor(bins));
  Shape shape = node.shape(x);
  shape.push_back(known ? static_cast<int32_t>(known->front()) : -1);
  const DType type = node.type("T", DType::kFloat32);
  TensorId marks = node.declared(BuiltinOp::kOneHot, {x, bins, node.f(1), node.f(0)}, OneHotOptions{-1},
                                 DType::kFloat32, shape);
  const bool binary = node.flag("binary_output");
  if (node.shape(weights) != Shape{0} && !binary)
    marks = node.mul(marks, node.expand(node.cast(weights, DType::kFloat32), node.rank(x)));
  const BuiltinOp code = binary ? BuiltinOp::kReduceMax : BuiltinOp::kSum;
  return {node.cast(node.reduce(code, marks, {node.rank(x) - 1}, false), type)};
}

Values lower_bucketize(Node& node) {
  return {node.op(BuiltinOp::kBucketize, {node.input()}, BucketizeOptions{node.reals("boundaries")})};
}

}  // namespace

Rows selecting_rows() {
  static const OpRow kRows[] = {
      {"Where", lower_where},
      {"DynamicPartition", lower_partition},
      {"ListDiff", lower_list_diff},
      {"Unique", unique},
      {"UniqueV2", lower_unique_v2},
      {"UniqueWithCounts", lower_unique_with_counts},
      {"TopK", lower_top_k},
      {"TopKV2", lower_top_k_v2},
      {"NthElement", lower_nth},
      {"InvertPermutation", lower_invert_permutation},
      {"LowerBound", lower_bound<BuiltinOp::kLess>},
      {"UpperBound", lower_bound<BuiltinOp::kLessEqual>},
      {"DenseBincount", lower_bincount},
      {"Bucketize", lower_bucketize},
  };
  return kRows;
}

}  // namespace litewright::tf
