#include "importers/keras/einsum.h"

#include <algorithm>
#include <set>

#include "core/error.h"

namespace litewright::keras {
namespace {

bool in(char letter, const std::string& letters) { return letters.find(letter) != std::string::npos; }

template <class Keep>
std::string letters_of(const std::string& from, const Keep& keep) {
  std::string kept;
  std::copy_if(from.begin(), from.end(), std::back_inserter(kept), keep);
  return kept;
}

Axes positions(const std::string& wanted, const std::string& letters) {
  Axes axes;
  for (const char letter : wanted) axes.push_back(static_cast<int32_t>(letters.find(letter)));
  return axes;
}

// -1 as soon as one extent is unknown.
int32_t product(Ops& ops, TensorId x, const std::string& letters, const std::string& wanted) {
  int64_t total = 1;
  for (const char letter : wanted) {
    const int32_t extent = ops.shape(x)[letters.find(letter)];
    if (extent < 0) return -1;
    total *= extent;
  }
  if (total > INT32_MAX) fail(ErrorCode::kInvalidModel, "an einsum of these shapes is too large");
  return static_cast<int32_t>(total);
}

// Sums over the letters that occur in this operand only.
TensorId sum_out(Ops& ops, TensorId x, std::string& letters, const std::string& wanted) {
  Axes axes;
  for (size_t i = 0; i < letters.size(); ++i) {
    if (!in(letters[i], wanted)) axes.push_back(static_cast<int32_t>(i));
  }
  if (axes.empty()) return x;
  letters = letters_of(letters, [&](char letter) { return in(letter, wanted); });
  return ops.reduce(BuiltinOp::kSum, x, axes, false);
}

Shape extents_for(Ops& ops, const std::string& wanted, TensorId x, const std::string& of_x, TensorId y,
                  const std::string& of_y) {
  Shape shape;
  for (const char letter : wanted) {
    shape.push_back(in(letter, of_x) ? ops.shape(x)[of_x.find(letter)] : ops.shape(y)[of_y.find(letter)]);
  }
  return shape;
}

TensorId to_order(Ops& ops, TensorId x, const std::string& from, const std::string& to) {
  return ops.transpose(x, positions(to, from));
}

// BATCH_MATMUL takes matrices in up to this many dimensions.
constexpr int kMostBatches = 3;

// [batches..., rows..., inner...] with the rows as one dimension and the inner ones, too.
TensorId matrices(Ops& ops, TensorId x, int batches, size_t row_dims, int32_t rows, int32_t inner) {
  const int first_inner = batches + static_cast<int>(row_dims);
  if (ops.rank(x) != first_inner + 1) x = ops.reshape_part(x, first_inner, ops.rank(x), {inner});
  return row_dims == 1 ? x : ops.reshape_part(x, batches, first_inner, {rows});
}

}  // namespace

Equation parse_equation(const std::string& text, int rank_a, int rank_b) {
  std::string clean = letters_of(text, [](char c) { return c != ' '; });
  const size_t arrow = clean.find("->"), comma = clean.find(',');
  if (arrow == std::string::npos)
    fail(ErrorCode::kUnsupported, "the equation '", text, "' should say its result with '->'");
  Equation equation;
  equation.a = clean.substr(0, std::min(comma, arrow));
  if (comma < arrow) equation.b = clean.substr(comma + 1, arrow - comma - 1);
  equation.out = clean.substr(arrow + 2);
  int extra = -1;
  for (auto [letters, rank] :
       {std::pair(&equation.a, rank_a), std::pair(&equation.b, rank_b), std::pair(&equation.out, -1)}) {
    const size_t dots = letters->find("...");
    if (dots == std::string::npos) continue;
    if (rank >= 0) extra = std::max(extra, rank - static_cast<int>(letters->size()) + 3);
    std::string filler;
    for (int i = 0; i < std::max(extra, 0); ++i) filler += static_cast<char>('0' + i);
    letters->replace(dots, 3, filler);
  }
  const auto fits = [&](const std::string& letters, int rank) {
    return static_cast<int>(letters.size()) == rank &&
           std::set<char>(letters.begin(), letters.end()).size() == letters.size();
  };
  bool fine = fits(equation.a, rank_a) && (rank_b < 0 || fits(equation.b, rank_b)) &&
              fits(equation.out, static_cast<int>(equation.out.size()));
  for (const char letter : equation.out) fine = fine && (in(letter, equation.a) || in(letter, equation.b));
  if (!fine)
    fail(ErrorCode::kUnsupported, "the equation '", text, "' does not fit its operands, or repeats a letter");
  return equation;
}

TensorId einsum(Ops& ops, const Equation& equation, TensorId a) {
  std::string letters = equation.a;
  const TensorId x = sum_out(ops, a, letters, equation.out);
  return to_order(ops, x, letters, equation.out);
}

TensorId einsum(Ops& ops, const Equation& equation, TensorId a, TensorId b) {
  std::string la = equation.a, lb = equation.b;
  const std::string& out = equation.out;
  a = sum_out(ops, a, la, lb + out);
  b = sum_out(ops, b, lb, la + out);
  const std::string shared = letters_of(la, [&](char c) { return in(c, lb) && in(c, out); });
  const std::string contracted = letters_of(la, [&](char c) { return in(c, lb) && !in(c, out); });
  const std::string left = letters_of(la, [&](char c) { return !in(c, lb); });
  const std::string right = letters_of(lb, [&](char c) { return !in(c, la); });
  const int32_t inner = product(ops, a, la, contracted);
  const int32_t rows = product(ops, a, la, left), columns = product(ops, b, lb, right);
  const Shape left_extents = extents_for(ops, left, a, la, b, lb),
              right_extents = extents_for(ops, right, a, la, b, lb);
  TensorId x = to_order(ops, a, la, shared + left + contracted),
           y = to_order(ops, b, lb, shared + right + contracted);
  const int first = static_cast<int>(shared.size());
  x = matrices(ops, x, first, left.size(), rows, inner);
  y = matrices(ops, y, first, right.size(), columns, inner);
  if (first <= kMostBatches) {
    TensorId z = ops.matmul(x, y, false, true);
    if (left.size() != 1) z = ops.reshape_part(z, first, first + 1, left_extents);
    const int after = first + static_cast<int>(left.size());
    if (right.size() != 1) z = ops.reshape_part(z, after, after + 1, right_extents);
    return to_order(ops, z, shared + left + right, out);
  }
  const int32_t batch = product(ops, a, la, shared);
  if (inner < 0) fail(ErrorCode::kUnsupported, "a sum over an unknown extent");
  const TensorId z =
      ops.matmul(ops.reshape(x, {batch, rows, inner}), ops.reshape(y, {batch, columns, inner}), false, true);
  const Shape result = extents_for(ops, shared + left + right, a, la, b, lb);
  return to_order(ops, ops.reshape(z, result), shared + left + right, out);
}

TensorId einsum_dense(Ops& ops, const Equation& equation, TensorId x, const Weight& kernel,
                      const Weight* bias) {
  const std::string& out = equation.out;
  std::string lx = equation.a;
  const std::string& lk = equation.b;
  const bool plain = std::none_of(lk.begin(), lk.end(), [&](char c) { return in(c, lx) && in(c, out); }) &&
                     std::all_of(lk.begin(), lk.end(), [&](char c) { return in(c, lx) || in(c, out); });
  const std::string own = letters_of(out, [&](char c) { return in(c, lk); });
  if (!plain) {
    const TensorId weights = ops.builder().constant(DType::kFloat32, kernel.shape, kernel.bytes());
    const TensorId y = einsum(ops, equation, x, weights);
    return bias == nullptr ? y
                           : ops.add(y, ops.builder().constant(DType::kFloat32, bias->shape, bias->bytes()));
  }
  x = sum_out(ops, x, lx, lk + out);
  const std::string contracted = letters_of(lx, [&](char c) { return in(c, lk); });
  const std::string kept = letters_of(lx, [&](char c) { return !in(c, lk); });
  const int32_t inner = product(ops, x, lx, contracted);
  int64_t width = 1;
  Shape own_extents;
  for (const char letter : own) own_extents.push_back(kernel.shape[lk.find(letter)]);
  for (const int32_t extent : own_extents) width *= extent;
  if (inner < 0) fail(ErrorCode::kUnsupported, "a sum over an unknown extent");
  x = to_order(ops, x, lx, kept + contracted);
  const int first = static_cast<int>(kept.size());
  x = ops.reshape_part(x, first, ops.rank(x), {inner});
  const TensorId weights = ops.floats(permuted(kernel, kernel.shape, positions(own + contracted, lk)),
                                      {static_cast<int32_t>(width), inner});
  // A bias as long as the result's own part goes along; any other is added afterwards.
  const bool whole = bias != nullptr && static_cast<int64_t>(bias->values().size()) == width;
  const TensorId offset =
      whole ? ops.builder().constant(DType::kFloat32, {static_cast<int32_t>(width)}, bias->bytes())
            : kNoTensor;
  TensorId y = ops.dense(x, weights, offset);
  y = ops.reshape_part(y, first, ops.rank(y), own_extents);
  y = to_order(ops, y, kept + own, out);
  if (bias != nullptr && !whole)
    y = ops.add(y, ops.builder().constant(DType::kFloat32, bias->shape, bias->bytes()));
  return y;
}

}  // namespace litewright::keras
