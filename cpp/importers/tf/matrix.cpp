// Diagonals and bands of matrices, cross products, losses.
#include <algorithm>
#include <limits>

#include "core/error.h"
#include "importers/tf/lowering.h"

namespace litewright::tf {
namespace {

// Error unless the operand that chooses diagonals is 0.
void need_main_diagonal(Node& node, int operand) {
  for (const int64_t k : node.known(operand, "the diagonal")) {
    if (k != 0) node.unsupported("only the main diagonal (k = 0) can be converted");
  }
}

Values lower_diag(Node& node) {
  return {node.op(BuiltinOp::kMatrixDiag, {node.input()}, MatrixDiagOptions{})};
}
// (diagonal, k, rows, columns, padding)
Values lower_diag_v2(Node& node) {
  need_main_diagonal(node, 1);
  const int32_t size = node.shape(node.input()).empty() ? -1 : node.shape(node.input()).back();
  for (int i = 2; i < 4; ++i) {
    const int64_t wanted = node.scalar(i, "the matrix's size");
    if (wanted != -1 && wanted != size) node.unsupported("a matrix that is not square");
  }
  if (node.float_scalar(4).value_or(0) != 0) node.unsupported("padding that is not zero");
  return lower_diag(node);
}
Values lower_set_diag(Node& node) {
  if (node.count() > 2) need_main_diagonal(node, 2);
  return {node.op(BuiltinOp::kMatrixSetDiag, {node.input(0), node.input(1)}, MatrixSetDiagOptions{})};
}

// 1 where `inside(row, column)`, else 0.
template <class Inside>
TensorId mask(Node& node, int32_t rows, int32_t columns, const Inside& inside) {
  std::vector<float> values;
  for (int32_t i = 0; i < rows; ++i) {
    for (int32_t j = 0; j < columns; ++j) values.push_back(inside(i, j) ? 1.0f : 0.0f);
  }
  return node.floats(std::move(values), {rows, columns});
}

// The matrices' rows and columns, which must be known.
std::pair<int32_t, int32_t> matrix_size(Node& node) {
  const Shape shape = node.shape(node.input());
  if (shape.size() < 2) node.damaged("its operand is no matrix");
  const int32_t rows = shape[shape.size() - 2], columns = shape.back();
  if (rows < 0 || columns < 0) node.unsupported("the size of the matrices should be known");
  if (int64_t{rows} * columns > 1 << 24) node.unsupported("a matrix of that size");
  return {rows, columns};
}

Values lower_diag_part(Node& node) {
  if (node.count() > 1) need_main_diagonal(node, 1);
  const auto [rows, columns] = matrix_size(node);
  const TensorId diagonal = mask(node, rows, columns, [](int32_t i, int32_t j) { return i == j; });
  const TensorId kept = node.mul(node.input(), node.cast(diagonal, node.dtype(node.input())));
  const int axis = node.rank(kept) - (rows <= columns ? 1 : 2);
  return {node.reduce(BuiltinOp::kSum, kept, {axis}, false)};
}

// 0, 1, ... along dimension `axis` of x.
TensorId positions(Node& node, TensorId x, int axis) {
  const int32_t known = node.shape(x)[static_cast<size_t>(axis)];
  const TensorId zero = node.builder().scalar<int32_t>(0), one = node.builder().scalar<int32_t>(1);
  return node.declared(BuiltinOp::kRange, {zero, node.extent(x, axis), one}, RangeOptions{}, DType::kInt32,
                       {known});
}

// Where row - column is at most `below` and column - row at most `above`, of which one may be negative: no
// limit.
TensorId band_mask(Node& node, int64_t below, int64_t above) {
  const TensorId x = node.input();
  if (node.rank(x) < 2) node.damaged("its operand is no matrix");
  const TensorId rows = node.expand(positions(node, x, node.rank(x) - 2), 1);
  const TensorId difference = node.sub(rows, positions(node, x, node.rank(x) - 1));
  const auto limit = [&](int64_t value) {
    return node.builder().scalar(static_cast<int32_t>(std::clamp<int64_t>(value, -INT32_MAX, INT32_MAX)));
  };
  TensorId inside = kNoTensor;
  if (below >= 0) inside = node.op(BuiltinOp::kLessEqual, {difference, limit(below)});
  if (above >= 0) {
    const TensorId near = node.op(BuiltinOp::kGreaterEqual, {difference, limit(-above)});
    inside = inside == kNoTensor ? near : node.op(BuiltinOp::kLogicalAnd, {inside, near});
  }
  return inside;
}

Values lower_band(Node& node) {
  const TensorId x = node.input();
  const int64_t below = node.scalar(1, "the band"), above = node.scalar(2, "the band");
  if (below < 0 && above < 0) return {x};
  const Shape shape = node.shape(x);
  const bool known = shape.size() >= 2 && shape.back() >= 0 && shape[shape.size() - 2] >= 0;
  TensorId inside = kNoTensor;
  if (known) {
    const auto [rows, columns] = matrix_size(node);
    inside = node.cast(mask(node, rows, columns,
                            [&](int64_t i, int64_t j) {
                              return (below < 0 || i - j <= below) && (above < 0 || j - i <= above);
                            }),
                       DType::kBool);
  } else {
    inside = band_mask(node, below, above);
  }
  if (node.dtype(x) == DType::kBool) return {node.op(BuiltinOp::kLogicalAnd, {x, inside})};
  return {node.select(inside, x, node.number(0, x))};
}

// Of tensors with several dimensions.
Values lower_full_diag(Node& node) {
  if (node.rank(node.input()) != 1) node.unsupported("a diagonal of more than one dimension");
  return lower_diag(node);
}
Values lower_full_diag_part(Node& node) {
  if (node.rank(node.input()) != 2) node.unsupported("a diagonal of more than one dimension");
  return lower_diag_part(node);
}

Values lower_cross(Node& node) {
  const TensorId a = node.input(0), b = node.input(1);
  const int axis = node.rank(a) - 1;
  if (axis < 0 || node.shape(a).back() != 3) node.damaged("its operands should have three components");
  const auto turned = [&](TensorId x, const Axes& order) { return node.gather(x, node.ints(order), axis); };
  const Axes next = {1, 2, 0}, last = {2, 0, 1};
  return {node.sub(node.mul(turned(a, next), turned(b, last)), node.mul(turned(a, last), turned(b, next)))};
}

Values cross_entropy(Node& node, TensorId logits, TensorId labels) {
  const int axis = node.rank(logits) - 1;
  const TensorId terms =
      node.mul(node.op(BuiltinOp::kNeg, {labels}), node.op(BuiltinOp::kLogSoftmax, {logits}));
  return {node.reduce(BuiltinOp::kSum, terms, {axis}, false), node.sub(node.softmax(logits), labels)};
}
Values lower_cross_entropy(Node& node) { return cross_entropy(node, node.input(0), node.input(1)); }
Values lower_sparse_cross_entropy(Node& node) {
  const int32_t classes = node.shape(node.input()).back();
  if (classes < 0) node.unsupported("the number of classes should be known");
  const TensorId labels =
      node.op(BuiltinOp::kOneHot, {node.input(1), node.builder().scalar(classes), node.f(1), node.f(0)},
              OneHotOptions{-1});
  return cross_entropy(node, node.input(0), labels);
}

// Along the axis: the product of all elements up to each, as exponential of a sum only where signs are known,
// so by rows instead.
Values lower_cumprod(Node& node) {
  const TensorId x = node.input();
  const int axis = node.axis(x, node.scalar(1, "the axis"));
  const int32_t count = node.shape(x)[static_cast<size_t>(axis)];
  if (count < 0 || count > 256)
    node.unsupported("a product over more than 256 or an unknown number of elements");
  if (count == 0) return {x};
  Ids parts = node.unpack(x, axis);
  const bool reverse = node.flag("reverse"), exclusive = node.flag("exclusive");
  if (reverse) std::reverse(parts.begin(), parts.end());
  Ids products;
  for (size_t i = 0; i < parts.size(); ++i)
    products.push_back(i == 0 ? parts[0] : node.mul(products.back(), parts[i]));
  if (exclusive) {
    const TensorId zeros = node.op(BuiltinOp::kZerosLike, {parts[0]});
    products.insert(products.begin(), node.add(zeros, node.number(1, x)));
    products.pop_back();
  }
  if (reverse) std::reverse(products.begin(), products.end());
  return {node.pack(products, axis)};
}

}  // namespace

Rows matrix_rows() {
  static const OpRow kRows[] = {
      {"MatrixDiag", lower_diag},
      {"MatrixDiagV2", lower_diag_v2},
      {"MatrixDiagV3", lower_diag_v2},
      {"MatrixSetDiag", lower_set_diag},
      {"MatrixSetDiagV2", lower_set_diag},
      {"MatrixSetDiagV3", lower_set_diag},
      {"MatrixDiagPart", lower_diag_part},
      {"MatrixDiagPartV2", lower_diag_part},
      {"MatrixDiagPartV3", lower_diag_part},
      {"MatrixBandPart", lower_band},
      {"Diag", lower_full_diag},
      {"DiagPart", lower_full_diag_part},
      {"Cross", lower_cross},
      {"SoftmaxCrossEntropyWithLogits", lower_cross_entropy},
      {"SparseSoftmaxCrossEntropyWithLogits", lower_sparse_cross_entropy},
      {"Cumprod", lower_cumprod},
  };
  return kRows;
}

}  // namespace litewright::tf
