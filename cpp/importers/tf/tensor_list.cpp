// Tensor lists (what tf.TensorArray and loops over tensors use) as plain tensors: [length, ...element].
#include <algorithm>

#include "core/error.h"
#include "importers/tf/lowering.h"
#include "passes/rewrite.h"

namespace litewright::tf {
namespace {

constexpr int64_t kMostConstant = 1024;  // elements; a longer list of zeros is filled at run time

// The element shape that an operand states; nothing if it leaves the rank open.
std::optional<Shape> stated_shape(Node& node, int operand) {
  if (node.rank(node.input(operand)) != 1) return std::nullopt;
  const std::optional<Extents> extents = node.extents(operand);
  return extents ? std::optional(shape_of(*extents)) : std::nullopt;
}

std::optional<Shape> joined_or_first(const std::optional<Shape>& a, const std::optional<Shape>& b) {
  if (!a || !b) return a ? a : b;
  return joined(*a, *b);
}

Shape element_of(const Shape& list) { return Shape(list.begin() + 1, list.end()); }

Shape with_length(const Shape& element, int32_t length) {
  Shape shape = {length};
  shape.insert(shape.end(), element.begin(), element.end());
  return shape;
}

TensorList& list_of(Node& node, int i = 0) {
  const Value& value = node.value(i);
  if (!value.list) node.damaged(concat("operand ", i, " should be a list"));
  return *value.list;
}

Value list_value(TensorId id, DType dtype, const Shape& element) {
  Value value(id);
  value.list = std::make_shared<TensorList>(TensorList{dtype, element});
  return value;
}

Value list_like(Node& node, TensorId id) {
  return list_value(id, node.dtype(id), element_of(node.shape(id)));
}

Values lower_reserve(Node& node) {
  Value value;
  const TensorId length = node.shape_operand(1);
  value.list =
      std::make_shared<TensorList>(TensorList{node.type("element_dtype"), stated_shape(node, 0), length});
  return {value};
}

Values lower_empty(Node& node) {
  Value value;
  const TensorId none = node.builder().scalar<int32_t>(0);
  value.list =
      std::make_shared<TensorList>(TensorList{node.type("element_dtype"), stated_shape(node, 0), none});
  return {value};
}

Values lower_from_tensor(Node& node) {
  if (node.rank(node.input()) == 0) node.damaged("a list cannot be made of a scalar");
  return {list_like(node, node.input())};
}

// The list as a tensor, zeros where nothing was put into it. `like`: a tensor with the run-time shape of an
// element, or kNoTensor. kNoTensor: the loop has not yet found out how large its elements are.
TensorId tensor_of(Node& node, TensorId like) {
  const Value& value = node.value(0);
  if (value.id != kNoTensor) return value.id;
  TensorList& list = list_of(node);
  if (like != kNoTensor) list.element = joined_or_first(list.element, node.shape(like));
  if (!list.element) node.unsupported("the shape of the list's elements is unknown");
  if (list.length == kNoTensor) return kNoTensor;
  Shape element = *list.element;
  Ids dims(element.size(), kNoTensor);
  for (size_t i = 0; i < element.size(); ++i) {
    if (element[i] >= 0) continue;
    if (like == kNoTensor) node.unsupported("the shape of the list's elements is unknown until run time");
    element[i] = node.shape(like)[i];
    if (element[i] < 0) dims[i] = node.extent(like, static_cast<int>(i));
  }
  return zero_list(node, list.dtype, list.length, element, dims);
}

// Stands for an element while a loop finds out what its lists hold; that trial is thrown away.
TensorId placeholder(Node& node, const Shape& shape) {
  return node.declared(BuiltinOp::kFill, {node.ints({}), node.f(0)}, FillOptions{}, list_of(node).dtype,
                       shape);
}

Values lower_get(Node& node) {
  TensorList& list = list_of(node);
  if (!list.element) list.element = stated_shape(node, 2);
  const TensorId all = tensor_of(node, kNoTensor);
  if (all == kNoTensor) return {placeholder(node, *list.element)};
  return {node.gather(all, node.shape_operand(1), 0)};
}

// Zeros behind the list, so that element `index` exists.
TensorId grown(Node& node, TensorId list, TensorId index) {
  const TensorId one = node.builder().scalar<int32_t>(1), none = node.builder().scalar<int32_t>(0);
  const TensorId missing = node.maximum(node.sub(node.add(index, one), node.extent(list, 0)), none);
  const Shape element = element_of(node.shape(list));
  Ids dims(element.size(), kNoTensor);
  for (size_t i = 0; i < element.size(); ++i) {
    if (element[i] < 0) dims[i] = node.extent(list, static_cast<int>(i) + 1);
  }
  return node.concat({list, zero_list(node, node.dtype(list), missing, element, dims)}, 0);
}

Values lower_set(Node& node) {
  TensorId item = node.input(2);
  const TensorId index = node.shape_operand(1);
  TensorId all = tensor_of(node, item);
  if (all == kNoTensor) return {node.value(0)};  // the loop knows now
  if (node.flag("resize_if_index_out_of_bounds")) all = grown(node, all, index);
  item = node.expand(item, 0);
  const Shape& shape = node.shape(all);
  if (shape.size() != node.shape(item).size()) node.damaged("the element does not fit the list");
  if (shape == node.shape(item) && shape[0] == 1) return {list_like(node, item)};
  Ids start(shape.size(), node.builder().scalar<int32_t>(0));
  start[0] = index;
  const TensorId at = start.size() == 1 ? node.reshape(index, {1}) : node.pack(start, 0);
  const std::optional<Shape> result = joined(shape, with_length(element_of(node.shape(item)), shape[0]));
  const TensorId set =
      node.declared(BuiltinOp::kDynamicUpdateSlice, {all, item, at}, {}, node.dtype(all), *result);
  return {list_like(node, set)};
}

Values lower_stack(Node& node) {
  TensorList& list = list_of(node);
  if (!list.element) list.element = stated_shape(node, 1);
  const TensorId all = tensor_of(node, kNoTensor);
  return {all == kNoTensor ? placeholder(node, with_length(*list.element, -1)) : all};
}

Values lower_length(Node& node) {
  const TensorList& list = list_of(node);
  if (node.value(0).id == kNoTensor && list.length != kNoTensor) return {list.length};
  const TensorId all = tensor_of(node, kNoTensor);
  const int32_t length = all == kNoTensor ? -1 : node.shape(all)[0];
  if (length >= 0) return {node.builder().scalar(length)};
  return {all == kNoTensor ? placeholder(node, {}) : node.extent(all, 0)};
}

Values lower_push(Node& node) {
  const TensorId item = node.expand(node.input(1), 0);
  const TensorList& list = list_of(node);
  if (node.value(0).id == kNoTensor && list.length != kNoTensor) {
    const auto none = int_values(node.builder().tensor(list.length));
    if (none && none->size() == 1 && none->front() == 0) return {list_like(node, item)};
  }
  const TensorId all = tensor_of(node, node.input(1));
  return {all == kNoTensor ? node.value(0) : list_like(node, node.concat({all, item}, 0))};
}

Values lower_pop(Node& node) {
  TensorList& list = list_of(node);
  if (!list.element) list.element = stated_shape(node, 1);
  const TensorId all = tensor_of(node, kNoTensor);
  if (all == kNoTensor) return {node.value(0), placeholder(node, *list.element)};
  return {list_like(node, node.narrow(all, 0, 0, -1)), node.take(all, 0, -1)};
}

Values lower_gather(Node& node) {
  TensorList& list = list_of(node);
  if (!list.element) list.element = stated_shape(node, 2);
  const TensorId all = tensor_of(node, kNoTensor);
  if (all == kNoTensor) return {placeholder(node, with_length(*list.element, -1))};
  return {node.gather(all, node.shape_operand(1), 0)};
}

Values lower_scatter(Node& node) {
  const TensorId items = node.input(0), indices = node.expand(node.shape_operand(1), 1);
  const std::vector<int64_t> length = node.known(3, "the length of the list");
  Shape shape = node.shape(items);
  if (shape.empty() || !is_static(shape) || length.size() != 1)
    node.unsupported("the shape of the list should be constant");
  // -1: as long as there are elements, each of which is scattered once.
  if (length[0] >= 0) shape[0] = static_cast<int32_t>(std::min<int64_t>(length[0], INT32_MAX));
  return {list_like(node,
                    node.op(BuiltinOp::kScatterNd, {indices, items, node.ints(shape)}, ScatterNdOptions{}))};
}

Values lower_concat(Node& node) {
  const TensorId all = tensor_of(node, kNoTensor);
  if (all == kNoTensor || node.rank(all) < 2) node.unsupported("the shape of the list's elements is unknown");
  const Shape& shape = node.shape(all);
  const int32_t rows = shape[0] >= 0 && shape[1] >= 0 ? shape[0] * shape[1] : -1;
  const TensorId joined = node.reshape_part(all, 0, 2, {rows});
  if (shape[0] < 0 || shape[1] < 0) return {joined};
  return {joined,
          node.builder().constant(std::vector<int64_t>(static_cast<size_t>(shape[0]), shape[1]), {shape[0]})};
}

Values lower_resize(Node& node) {
  const TensorId length = node.shape_operand(1);
  const Value& value = node.value(0);
  TensorList list = list_of(node);
  if (value.id == kNoTensor) {
    Value resized;
    list.length = list.length == kNoTensor ? kNoTensor : length;
    resized.list = std::make_shared<TensorList>(list);
    return {resized};
  }
  const TensorId last = node.sub(length, node.builder().scalar<int32_t>(1));
  const TensorId long_enough = grown(node, value.id, last);
  Ids begin(node.shape(long_enough).size(), node.builder().scalar<int32_t>(0));
  Ids size(begin.size(), node.builder().scalar<int32_t>(-1));
  size[0] = length;
  Shape shape = node.shape(long_enough);
  shape[0] = -1;
  return {
      list_like(node, node.declared(BuiltinOp::kSlice, {long_enough, node.pack(begin, 0), node.pack(size, 0)},
                                    SliceOptions{}, node.dtype(value.id), shape))};
}

}  // namespace

std::optional<Shape> joined(const Shape& a, const Shape& b) {
  if (a.size() != b.size()) return std::nullopt;
  Shape shape = a;
  for (size_t i = 0; i < a.size(); ++i) shape[i] = a[i] == b[i] ? a[i] : -1;
  return shape;
}

TensorId zero_list(keras::Ops& ops, DType dtype, TensorId length, const Shape& element, const Ids& dims) {
  GraphBuilder& builder = ops.builder();
  const Tensor& count = builder.tensor(length);
  const int32_t known = count.is_constant ? count.data.as<int32_t>()[0] : -1;
  if (count.is_constant && known < 0) fail(ErrorCode::kInvalidModel, "a list of length ", known);
  const Shape shape = with_length(element, known);
  const std::optional<int64_t> elements = checked_elements(shape);
  if (elements && *elements <= kMostConstant) {
    return builder.constant(
        dtype, shape, Bytes::own(std::vector<uint8_t>(static_cast<size_t>(*elements) * dtype_size(dtype))));
  }
  const TensorId zero = builder.constant(dtype, {}, Bytes::own(std::vector<uint8_t>(dtype_size(dtype))));
  if (elements) return ops.declared(BuiltinOp::kFill, {ops.ints(shape), zero}, FillOptions{}, dtype, shape);
  Ids parts = {ops.rank(length) == 0 ? length : ops.reshape(length, {})};
  for (size_t i = 0; i < element.size(); ++i)
    parts.push_back(element[i] >= 0 ? builder.scalar(element[i]) : dims[i]);
  return ops.declared(BuiltinOp::kFill, {ops.pack(parts, 0), zero}, FillOptions{}, dtype, shape);
}

Rows tensor_list_rows() {
  static const OpRow kRows[] = {
      {"TensorListReserve", lower_reserve},
      {"EmptyTensorList", lower_empty},
      {"TensorListFromTensor", lower_from_tensor},
      {"TensorListGetItem", lower_get},
      {"TensorListSetItem", lower_set},
      {"TensorListStack", lower_stack},
      {"TensorListLength", lower_length},
      {"TensorListPushBack", lower_push},
      {"TensorListPopBack", lower_pop},
      {"TensorListGather", lower_gather},
      {"TensorListScatterV2", lower_scatter},
      {"TensorListConcatV2", lower_concat},
      {"TensorListResize", lower_resize},
  };
  return kRows;
}

}  // namespace litewright::tf
