#include "importers/keras/ops.h"

#include <algorithm>
#include <memory>
#include <numeric>

#include "core/error.h"
#include "importers/keras/weights.h"

namespace litewright::keras {

int Ops::axis(TensorId x, int64_t axis) const {
  const std::optional<int> found = normalize_axis(axis, rank(x));
  if (!found)
    fail(ErrorCode::kInvalidModel, "axis ", axis, " does not exist in the shape ", to_string(shape(x)));
  return *found;
}

TensorId Ops::declared(BuiltinOp code, const Ids& inputs, Options options, DType dtype, Shape shape) {
  Operator op;
  op.code = code;
  op.inputs = inputs;
  op.options = std::move(options);
  Tensor result;
  result.dtype = dtype;
  result.shape = std::move(shape);
  result.name =
      (builder_->layer().empty() ? "" : builder_->layer() + "/") + std::string(builtin_op_name(code));
  return builder_->add_declared(std::move(op), {result})[0];
}

TensorId Ops::number(double value, TensorId like) {
  switch (dtype(like)) {
    case DType::kInt32:
      return builder_->scalar(static_cast<int32_t>(value));
    case DType::kInt64:
      return builder_->scalar(static_cast<int64_t>(value));
    case DType::kBool:
      return builder_->constant(DType::kBool, {}, Bytes::own(std::vector<uint8_t>{value != 0}));
    default:
      return f(value);
  }
}

TensorId Ops::floats(std::vector<float> values, Shape shape) {
  return floats(own_floats(std::move(values)), std::move(shape));
}

TensorId Ops::zeros(Shape shape) {
  const int64_t count = num_elements(shape);
  return floats(std::vector<float>(static_cast<size_t>(count)), std::move(shape));
}

TensorId Ops::cast(TensorId x, DType to) {
  if (dtype(x) == to) return x;
  return op(BuiltinOp::kCast, {x}, CastOptions{dtype(x), to});
}

TensorId Ops::extent(TensorId x, int axis, bool vector) {
  const TensorId all = op(BuiltinOp::kShape, {x}, ShapeOptions{DType::kInt32});
  StridedSliceOptions options;
  options.shrink_axis_mask = vector ? 0 : 1;
  return slice(all, {axis}, {axis + 1}, {1}, options);
}

TensorId Ops::extents(TensorId x, const Shape& dims, const Axes& source) {
  if (is_static(dims)) return ints(dims);
  const TensorId all = op(BuiltinOp::kShape, {x}, ShapeOptions{DType::kInt32});
  Ids parts;
  for (size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] >= 0 || source[i] < 0) {
      parts.push_back(builder_->scalar(dims[i]));
    } else {
      StridedSliceOptions options;
      options.shrink_axis_mask = 1;
      parts.push_back(slice(all, {source[i]}, {source[i] + 1}, {1}, options));
    }
  }
  return op(BuiltinOp::kPack, parts, PackOptions{static_cast<int32_t>(parts.size()), 0});
}

TensorId Ops::reshape(TensorId x, Shape dims, const Axes& source) {
  const Shape& from = shape(x);
  Shape result = dims;
  const auto known = [&](size_t i) { return i < source.size() && source[i] >= 0; };
  bool same = dims.size() == from.size();
  int unknown = 0;
  for (size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] < 0 && known(i)) result[i] = dims[i] = from[static_cast<size_t>(source[i])];
    same = same && (dims[i] >= 0 ? dims[i] == from[i] : known(i) && source[i] == static_cast<int32_t>(i));
    unknown += dims[i] < 0;
  }
  if (same) return x;
  const std::optional<int64_t> total = checked_elements(from);
  if (unknown == 1 && total) {  // the missing extent follows from the others
    int64_t rest = 1;
    for (const int32_t dim : dims) rest *= dim < 0 ? 1 : dim;
    if (rest <= 0 || *total % rest != 0) {
      fail(ErrorCode::kInvalidModel, "the shape ", to_string(from), " cannot become ", to_string(dims));
    }
    for (int32_t& dim : dims) dim = dim < 0 ? static_cast<int32_t>(*total / rest) : dim;
    unknown = 0;
  }
  if (unknown == 0 && total) return op(BuiltinOp::kReshape, {x, ints(dims)}, ReshapeOptions{dims});
  if (unknown <= 1)  // or the shape asserts what is not known of x
    return declared(BuiltinOp::kReshape, {x, ints(dims)}, ReshapeOptions{dims}, dtype(x), dims);
  Axes sources(dims.size(), -1);
  int inferred = 0;
  for (size_t i = 0; i < dims.size(); ++i) {
    if (known(i)) sources[i] = source[i];
    inferred += dims[i] < 0 && !known(i);
  }
  if (inferred > 1) fail(ErrorCode::kUnsupported, "several dimensions of the shape are unknown");
  return declared(BuiltinOp::kReshape, {x, extents(x, dims, sources)}, {}, dtype(x), result);
}

TensorId Ops::reshape_part(TensorId x, int first, int last, const Shape& with) {
  const Shape from = shape(x);
  Shape dims;
  Axes source;
  for (int i = 0; i < first; ++i) {
    dims.push_back(-1);
    source.push_back(i);
  }
  for (const int32_t dim : with) {
    dims.push_back(dim);
    source.push_back(-1);
  }
  for (int i = last; i < static_cast<int>(from.size()); ++i) {
    dims.push_back(-1);
    source.push_back(i);
  }
  return reshape(x, std::move(dims), source);
}

TensorId Ops::expand(TensorId x, int axis) {
  const Shape& from = shape(x);
  if (std::count(from.begin(), from.end(), -1) > 1) {
    return op(BuiltinOp::kExpandDims, {x, builder_->scalar(static_cast<int32_t>(axis))}, ExpandDimsOptions{});
  }
  return reshape_part(x, axis, axis, {1});
}

TensorId Ops::squeeze(TensorId x, int axis) {
  const Shape& from = shape(x);
  if (std::count(from.begin(), from.end(), -1) > 1)
    return op(BuiltinOp::kSqueeze, {x}, SqueezeOptions{{axis}});
  return reshape_part(x, axis, axis + 1, {});
}

TensorId Ops::transpose(TensorId x, const Axes& permutation) {
  bool identity = true;
  for (size_t i = 0; i < permutation.size(); ++i)
    identity = identity && permutation[i] == static_cast<int32_t>(i);
  return identity ? x : op(BuiltinOp::kTranspose, {x, ints(permutation)}, TransposeOptions{});
}

TensorId Ops::concat(const Ids& inputs, int axis) {
  if (inputs.size() == 1) return inputs[0];
  return op(BuiltinOp::kConcatenation, inputs, ConcatenationOptions{axis});
}

TensorId Ops::pack(const Ids& inputs, int axis) {
  return op(BuiltinOp::kPack, inputs, PackOptions{static_cast<int32_t>(inputs.size()), axis});
}

Ids Ops::unpack(TensorId x, int axis) {
  const int32_t count = shape(x)[static_cast<size_t>(axis)];
  if (count < 0) fail(ErrorCode::kUnsupported, "the number of parts is unknown until run time");
  return builder_->add_multi(BuiltinOp::kUnpack, {x}, UnpackOptions{count, axis}, count);
}

Ids Ops::split(TensorId x, int parts, int axis) {
  return builder_->add_multi(BuiltinOp::kSplit, {builder_->scalar(static_cast<int32_t>(axis)), x},
                             SplitOptions{parts}, parts);
}

TensorId Ops::slice(TensorId x, const Axes& begin, const Axes& end, const Axes& strides,
                    StridedSliceOptions options) {
  return op(BuiltinOp::kStridedSlice, {x, ints(begin), ints(end), ints(strides)}, options);
}

TensorId Ops::take(TensorId x, int axis, int32_t index) {
  const size_t rank = shape(x).size();
  Axes begin(rank, 0), end(rank, 0);
  begin[static_cast<size_t>(axis)] = index;
  end[static_cast<size_t>(axis)] = index + 1;
  StridedSliceOptions options;
  options.shrink_axis_mask = 1 << axis;
  options.begin_mask = ((1 << rank) - 1) & ~(1 << axis);
  options.end_mask = options.begin_mask | (index == -1 ? 1 << axis : 0);
  return slice(x, begin, end, Axes(rank, 1), options);
}

TensorId Ops::narrow(TensorId x, int axis, int32_t begin, int32_t end) {
  const size_t rank = shape(x).size();
  if (begin == 0 && (end == 0 || end == shape(x)[static_cast<size_t>(axis)])) return x;
  Axes from(rank, 0), to(rank, 0);
  from[static_cast<size_t>(axis)] = begin;
  to[static_cast<size_t>(axis)] = end;
  StridedSliceOptions options;
  options.begin_mask = ((1 << rank) - 1) & ~(1 << axis);
  options.end_mask = options.begin_mask | (end == 0 ? 1 << axis : 0);
  return slice(x, from, to, Axes(rank, 1), options);
}

TensorId Ops::reduce(BuiltinOp code, TensorId x, const Axes& axes, bool keep_dims) {
  return op(code, {x, ints(axes)}, ReducerOptions{keep_dims});
}

TensorId Ops::pad(TensorId x, const std::vector<std::pair<int32_t, int32_t>>& pads, float value) {
  Axes flat;
  for (const auto& [before, after] : pads) {
    flat.push_back(before);
    flat.push_back(after);
  }
  if (std::all_of(flat.begin(), flat.end(), [](int32_t amount) { return amount == 0; })) return x;
  const TensorId amounts = builder_->constant(flat, {static_cast<int32_t>(pads.size()), 2});
  if (value == 0) return op(BuiltinOp::kPad, {x, amounts}, PadOptions{});
  return op(BuiltinOp::kPadv2, {x, amounts, number(value, x)}, PadV2Options{});
}

TensorId Ops::matmul(TensorId a, TensorId b, bool adj_a, bool adj_b) {
  return op(BuiltinOp::kBatchMatmul, {a, b}, BatchMatMulOptions{adj_a, adj_b, false});
}

TensorId Ops::dense(TensorId x, TensorId weights_out_in, TensorId bias) {
  FullyConnectedOptions options;
  options.keep_num_dims = rank(x) > 2;
  return op(BuiltinOp::kFullyConnected, {x, weights_out_in, bias}, options);
}

TensorId Ops::filled(float value, TensorId x, const Shape& dims, const Axes& source) {
  if (is_static(dims)) {
    const auto count = static_cast<size_t>(num_elements(dims));
    return floats(std::vector<float>(count, value), dims);
  }
  return declared(BuiltinOp::kFill, {extents(x, dims, source), f(value)}, FillOptions{}, DType::kFloat32,
                  dims);
}

}  // namespace litewright::keras
