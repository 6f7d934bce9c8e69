// Elements put to indexes, and sums over segments.
#include <algorithm>

#include "core/error.h"
#include "importers/tf/lowering.h"

namespace litewright::tf {
namespace {

TensorId scatter(Node& node, TensorId indices, TensorId updates, TensorId shape, const Shape& dims) {
  indices = node.cast(indices, DType::kInt32);
  if (node.builder().tensor(shape).is_constant)
    return node.op(BuiltinOp::kScatterNd, {indices, updates, shape}, ScatterNdOptions{});
  return node.declared(BuiltinOp::kScatterNd, {indices, updates, shape}, ScatterNdOptions{},
                       node.dtype(updates), dims);
}

Values lower_scatter_nd(Node& node) {
  const std::optional<Extents> extents = node.extents(2);
  if (!extents) node.unsupported("the number of dimensions of its result is unknown");
  const Shape dims = shape_of(*extents);
  return {scatter(node, node.input(0), node.input(1),
                  is_static(dims) ? node.ints(dims) : node.shape_operand(2), dims)};
}

// The shape of x as an operand.
TensorId shape_operand_of(Node& node, TensorId x) {
  const Shape dims = node.shape(x);
  return is_static(dims) ? node.ints(dims) : node.op(BuiltinOp::kShape, {x}, ShapeOptions{DType::kInt32});
}

// Where something is put, 1, else 0; of the type of `like`.
TensorId touched(Node& node, TensorId indices, TensorId updates, TensorId like) {
  TensorId ones = node.op(BuiltinOp::kZerosLike, {updates});
  ones = node.add(ones, node.number(1, updates));
  return scatter(node, indices, ones, shape_operand_of(node, like), node.shape(like));
}

Values lower_update(Node& node) {
  const TensorId x = node.input(0), indices = node.input(1), updates = node.input(2);
  const TensorId placed = scatter(node, indices, updates, shape_operand_of(node, x), node.shape(x));
  const TensorId count = touched(node, indices, updates, x);
  const TensorId here = node.op(BuiltinOp::kGreater, {count, node.number(0, count)});
  return {node.select(here, placed, x)};
}

template <bool kAdd>
Values lower_accumulate(Node& node) {
  const TensorId x = node.input(0);
  const TensorId sum = scatter(node, node.input(1), node.input(2), shape_operand_of(node, x), node.shape(x));
  return {kAdd ? node.add(x, sum) : node.sub(x, sum)};
}

TensorId unsorted(Node& node, BuiltinOp code, TensorId data, TensorId segments, TensorId count);

// The larger (smaller) of x and all updates of a place: places are segments, numbered row by row.
template <BuiltinOp kSegment, BuiltinOp kCode>
Values lower_extreme(Node& node) {
  const TensorId x = node.input(0), indices = node.input(1), updates = node.input(2);
  const Shape shape = node.shape(x);
  const int32_t depth = node.rank(indices) == 0 ? -1 : node.shape(indices).back();
  if (!is_static(shape) || depth < 1 || depth > node.rank(x))
    node.unsupported("the shapes of its operands should be known");
  Axes strides(static_cast<size_t>(depth), 1);
  int32_t places = 1;
  for (int i = depth - 1; i >= 0; --i) {
    strides[static_cast<size_t>(i)] = places;
    places *= shape[static_cast<size_t>(i)];
  }
  const TensorId weighted = node.mul(node.cast(indices, DType::kInt32), node.ints(strides));
  const TensorId place = node.reduce(BuiltinOp::kSum, weighted, {node.rank(indices) - 1}, false);
  Shape rows = {-1};
  rows.insert(rows.end(), shape.begin() + depth, shape.end());
  const TensorId best = unsorted(node, kSegment, node.reshape(updates, rows), node.reshape(place, {-1}),
                                 node.builder().scalar(places));
  return {node.op(kCode, {x, node.reshape(best, shape)}, MaximumMinimumOptions{})};
}

// Which part each place takes, of places that the model computes: the last one. GATHER refuses what a place
// without one gets.
TensorId computed_order(Node& node, const Ids& indexes) {
  Ids flat;
  for (const TensorId some : indexes) flat.push_back(node.reshape(node.cast(some, DType::kInt32), {-1}));
  const TensorId places = node.concat(flat, 0), zero = node.builder().scalar<int32_t>(0),
                 one = node.builder().scalar<int32_t>(1);
  const TensorId highest = node.reduce(BuiltinOp::kReduceMax, places, {0}, false);
  const TensorId all = node.declared(BuiltinOp::kRange, {zero, node.extent(places, 0), one}, RangeOptions{},
                                     DType::kInt32, {-1});
  return unsorted(node, BuiltinOp::kUnsortedSegmentMax, all, places, node.add(highest, one));
}

TensorId known_order(Node& node, const std::vector<int64_t>& places) {
  Axes order;
  for (size_t i = 0; i < places.size(); ++i) {
    if (places[i] < 0 || places[i] > INT32_MAX / 2)
      node.damaged(concat("index ", places[i], " is not possible"));
    if (static_cast<size_t>(places[i]) >= order.size()) order.resize(static_cast<size_t>(places[i]) + 1, -1);
    order[static_cast<size_t>(places[i])] = static_cast<int32_t>(i);  // the last one counts
    if (order.size() > 2 * places.size()) node.unsupported("places that get nothing");
  }
  if (std::count(order.begin(), order.end(), -1) != 0) node.unsupported("places that get nothing");
  return node.ints(order);
}

// Merges parts into one tensor: concatenated, then brought into order.
Values lower_stitch(Node& node) {
  const int parts = node.count() / 2;
  if (parts < 1 || node.count() % 2 != 0)
    node.damaged("it should have as many index operands as data operands");
  bool known = true;
  std::vector<int64_t> places;
  Ids data;
  for (int i = 0; i < parts; ++i) {
    const bool constant = node.builder().tensor(node.input(i)).is_constant;
    known = known && (constant || node.extents(i));
    if (known) {
      const std::vector<int64_t> some = node.known(i, "the indexes");
      places.insert(places.end(), some.begin(), some.end());
    }
    const Shape index_shape = node.shape(node.input(i)), shape = node.shape(node.input(parts + i));
    if (shape.size() < index_shape.size()) node.damaged("data has fewer dimensions than its indexes");
    Shape dims = {-1};
    dims.insert(dims.end(), shape.begin() + static_cast<std::ptrdiff_t>(index_shape.size()), shape.end());
    data.push_back(node.reshape(node.input(parts + i), dims));
  }
  const TensorId order = known ? known_order(node, places) : computed_order(node, node.inputs(0, parts));
  return {node.gather(node.concat(data, 0), order, 0)};
}

TensorId unsorted(Node& node, BuiltinOp code, TensorId data, TensorId segments, TensorId count) {
  const TensorId ids = node.cast(segments, DType::kInt32), number = node.cast(count, DType::kInt32);
  if (node.builder().tensor(number).is_constant) return node.op(code, {data, ids, number});
  Shape dims = {-1};
  const Shape shape = node.shape(data);
  const auto skipped = static_cast<std::ptrdiff_t>(node.rank(segments));
  dims.insert(dims.end(), shape.begin() + skipped, shape.end());
  return node.declared(code, {data, ids, number}, {}, node.dtype(data), dims);
}

template <BuiltinOp kCode>
Values lower_unsorted(Node& node) {
  return {unsorted(node, kCode, node.input(0), node.input(1), node.input(2))};
}

bool has_gaps(const Axes& ids) {
  int32_t last = -1;
  for (const int32_t id : ids) {
    if (id > last + 1) return true;
    last = id;
  }
  return false;
}

// Sorted segments whose number is known: as unsorted ones.
template <BuiltinOp kCode, bool kMayBeEmpty, bool kMean>
Values lower_sorted(Node& node) {
  const Axes ids = node.axes(1, "the segments");
  if (ids.empty() || ids.back() < 0 || ids.back() > INT32_MAX / 2) node.damaged("the segments are wrong");
  if (!kMayBeEmpty && has_gaps(ids)) node.unsupported("segments without elements");
  const TensorId count = node.builder().scalar(ids.back() + 1);
  const TensorId result = unsorted(node, kCode, node.input(0), node.input(1), count);
  if (!kMean) return {result};
  std::vector<float> sizes(static_cast<size_t>(ids.back()) + 1);
  for (const int32_t id : ids) sizes[static_cast<size_t>(std::clamp(id, 0, ids.back()))] += 1;
  for (float& size : sizes) size = std::max(size, 1.0f);
  Shape shape(static_cast<size_t>(node.rank(result)), 1);
  shape[0] = static_cast<int32_t>(sizes.size());
  return {node.div(result, node.floats(sizes, shape))};
}

// TFLite's sum takes segments without gaps.
Values lower_segment_sum(Node& node) {
  const TensorId data = node.input(0);
  if (node.builder().tensor(node.input(1)).is_constant) {
    const Axes ids = node.axes(1, "the segments");
    if (has_gaps(ids)) return lower_sorted<BuiltinOp::kUnsortedSegmentSum, true, false>(node);
    return {node.op(BuiltinOp::kSegmentSum, {data, node.ints(ids)}, SegmentSumOptions{})};
  }
  Shape dims = node.shape(data);
  if (dims.empty()) node.damaged("its operand is a scalar");
  dims[0] = -1;
  const TensorId ids = node.cast(node.input(1), DType::kInt32);
  return {node.declared(BuiltinOp::kSegmentSum, {data, ids}, SegmentSumOptions{}, node.dtype(data), dims)};
}

Values lower_sparse_to_dense(Node& node) {
  const Shape shape = node.axes(1, "the shape");
  return {node.op(BuiltinOp::kSparseToDense,
                  {node.shape_operand(0), node.ints(shape), node.input(2), node.input(3)},
                  SparseToDenseOptions{node.flag("validate_indices", true)})};
}

}  // namespace

Rows scatter_rows() {
  static const OpRow kRows[] = {
      {"ScatterNd", lower_scatter_nd},
      {"TensorScatterUpdate", lower_update},
      {"TensorScatterAdd", lower_accumulate<true>},
      {"TensorScatterSub", lower_accumulate<false>},
      {"TensorScatterMax", lower_extreme<BuiltinOp::kUnsortedSegmentMax, BuiltinOp::kMaximum>},
      {"TensorScatterMin", lower_extreme<BuiltinOp::kUnsortedSegmentMin, BuiltinOp::kMinimum>},
      {"DynamicStitch", lower_stitch},
      {"ParallelDynamicStitch", lower_stitch},
      {"SparseToDense", lower_sparse_to_dense},
      {"SegmentSum", lower_segment_sum},
      {"SegmentSumV2", lower_unsorted<BuiltinOp::kUnsortedSegmentSum>},
      {"SegmentMean", lower_sorted<BuiltinOp::kUnsortedSegmentSum, true, true>},
      {"SegmentMax", lower_sorted<BuiltinOp::kUnsortedSegmentMax, false, false>},
      {"SegmentMin", lower_sorted<BuiltinOp::kUnsortedSegmentMin, false, false>},
      {"SegmentProd", lower_sorted<BuiltinOp::kUnsortedSegmentProd, false, false>},
      {"UnsortedSegmentSum", lower_unsorted<BuiltinOp::kUnsortedSegmentSum>},
      {"UnsortedSegmentMax", lower_unsorted<BuiltinOp::kUnsortedSegmentMax>},
      {"UnsortedSegmentMin", lower_unsorted<BuiltinOp::kUnsortedSegmentMin>},
      {"UnsortedSegmentProd", lower_unsorted<BuiltinOp::kUnsortedSegmentProd>},
  };
  return kRows;
}

}  // namespace litewright::tf
