#include "passes/affine.h"

#include <algorithm>

#include "ops/option_structs.h"
#include "passes/linear.h"

namespace litewright {
namespace {

constexpr int kDeepest = 16;

class Finder {
 public:
  Finder(const Subgraph& subgraph, const Uses& uses) : subgraph_(subgraph), uses_(uses) {}

  std::optional<Affine> form(TensorId id, int depth) const {
    const int producer = uses_.producer(id);
    if (producer < 0 || depth > kDeepest) return std::nullopt;
    const Operator& op = subgraph_.operators[producer];
    switch (op.code) {
      case BuiltinOp::kFullyConnected:
        return product(op);
      case BuiltinOp::kAdd:
        return sum(op, depth);
      case BuiltinOp::kSplit:
        return part(op, id, depth);
      case BuiltinOp::kStridedSlice:
        return slice(op, depth);
      default:
        return std::nullopt;
    }
  }

 private:
  const Tensor& tensor(TensorId id) const { return subgraph_.tensors[id]; }

  void add_term(Affine& form, TensorId x, Affine::Matrix matrix) const {
    const auto [place, added] = form.terms.emplace(x, matrix);
    if (added) return;
    for (size_t i = 0; i < matrix.values.size(); ++i) place->second.values[i] += matrix.values[i];
  }

  std::optional<Affine> product(const Operator& op) const {
    if (fused_activation(op) != Activation::kNone) return std::nullopt;
    const auto weights = float_values(tensor(op.inputs[1]));
    const Shape& shape = tensor(op.inputs[1]).shape;
    if (!weights || tensor(op.inputs[0]).shape.size() != 2 || shape.size() != 2) return std::nullopt;
    Affine form;
    form.rows = shape[0];
    form.bias.assign(static_cast<size_t>(form.rows), 0.0F);
    if (op.inputs.size() > 2 && op.inputs[2] != kNoTensor) {
      const auto bias = float_values(tensor(op.inputs[2]));
      if (!bias || bias->size() != form.bias.size()) return std::nullopt;
      form.bias = *bias;
    }
    const int joined = uses_.producer(op.inputs[0]);
    if (joined < 0 || subgraph_.operators[joined].code != BuiltinOp::kConcatenation) {
      add_term(form, op.inputs[0], {shape[1], *weights});
      return form;
    }
    int64_t begin = 0;  // the columns belong to what is put side by side
    for (const TensorId x : subgraph_.operators[joined].inputs) {
      const Shape& part = tensor(x).shape;
      if (part.size() != 2 || part[1] < 0 || begin + part[1] > shape[1]) return std::nullopt;
      Affine::Matrix matrix{part[1], {}};
      for (int64_t row = 0; row < form.rows; ++row) {
        const auto first = weights->begin() + row * shape[1] + begin;
        matrix.values.insert(matrix.values.end(), first, first + part[1]);
      }
      begin += part[1];
      add_term(form, x, std::move(matrix));
    }
    return begin == shape[1] ? std::optional(form) : std::nullopt;
  }

  std::optional<Affine> sum(const Operator& op, int depth) const {
    if (fused_activation(op) != Activation::kNone) return std::nullopt;
    for (size_t side = 0; side < 2; ++side) {
      const auto constant = float_values(tensor(op.inputs[side]));
      if (!constant) continue;
      std::optional<Affine> form = this->form(op.inputs[1 - side], depth + 1);
      if (!form || (constant->size() != 1 && static_cast<int64_t>(constant->size()) != form->rows))
        return std::nullopt;
      for (size_t i = 0; i < form->bias.size(); ++i)
        form->bias[i] += (*constant)[constant->size() == 1 ? 0 : i];
      return form;
    }
    std::optional<Affine> a = form(op.inputs[0], depth + 1);
    const std::optional<Affine> b = form(op.inputs[1], depth + 1);
    if (!a || !b || a->rows != b->rows) return std::nullopt;
    for (size_t i = 0; i < a->bias.size(); ++i) a->bias[i] += b->bias[i];
    for (const auto& [x, matrix] : b->terms) {
      const auto same = a->terms.find(x);
      if (same != a->terms.end() && same->second.columns != matrix.columns) return std::nullopt;
      add_term(*a, x, matrix);
    }
    return a;
  }

  // Rows [begin, end).
  static std::optional<Affine> rows(const std::optional<Affine>& whole, int64_t begin, int64_t end) {
    if (!whole || begin < 0 || begin >= end || end > whole->rows) return std::nullopt;
    Affine form;
    form.rows = end - begin;
    form.bias.assign(whole->bias.begin() + begin, whole->bias.begin() + end);
    for (const auto& [x, matrix] : whole->terms) {
      const auto first = matrix.values.begin();
      form.terms[x] = {matrix.columns, {first + begin * matrix.columns, first + end * matrix.columns}};
    }
    return form;
  }

  std::optional<Affine> part(const Operator& op, TensorId id, int depth) const {
    const auto axis = int_values(tensor(op.inputs[0]));
    if (!axis || axis->size() != 1 || (axis->front() != 1 && axis->front() != -1) ||
        tensor(op.inputs[1]).shape.size() != 2)
      return std::nullopt;
    const std::optional<Affine> whole = form(op.inputs[1], depth + 1);
    const auto count = static_cast<int64_t>(op.outputs.size());
    if (!whole || whole->rows % count != 0) return std::nullopt;
    const auto index = std::find(op.outputs.begin(), op.outputs.end(), id) - op.outputs.begin();
    const int64_t each = whole->rows / count;
    return rows(whole, index * each, (index + 1) * each);
  }

  std::optional<Affine> slice(const Operator& op, int depth) const {
    const auto& options = op.options.get<StridedSliceOptions>();
    const auto begin = int_values(tensor(op.inputs[1])), end = int_values(tensor(op.inputs[2])),
               strides = int_values(tensor(op.inputs[3]));
    if (!begin || !end || !strides || *strides != std::vector<int64_t>{1, 1} || begin->size() != 2 ||
        end->size() != 2 || options.shrink_axis_mask != 0 || options.ellipsis_mask != 0 ||
        options.new_axis_mask != 0 || (options.begin_mask & 1) == 0 || (options.end_mask & 1) == 0)
      return std::nullopt;
    const std::optional<Affine> whole = form(op.inputs[0], depth + 1);
    if (!whole) return std::nullopt;
    const auto at = [&](int64_t bound) { return bound < 0 ? bound + whole->rows : bound; };
    return rows(whole, options.begin_mask & 2 ? 0 : at((*begin)[1]),
                options.end_mask & 2 ? whole->rows : std::min(at((*end)[1]), whole->rows));
  }

  const Subgraph& subgraph_;
  const Uses& uses_;
};

}  // namespace

std::optional<Affine> affine_form(const Subgraph& subgraph, const Uses& uses, TensorId id) {
  return Finder(subgraph, uses).form(id, 0);
}

}  // namespace litewright
