#include <algorithm>
#include <cstring>

#include "core/error.h"
#include "importers/proto/tensorflow.pb.h"
#include "importers/tf/lowering.h"
#include "importers/tf/types.h"

namespace litewright::tf {
namespace {

constexpr int64_t kMostExtents = 256;  // a longer vector is no shape

bool is_shape_type(DType dtype) { return dtype == DType::kInt32 || dtype == DType::kInt64; }

std::vector<int64_t> integer_elements(const Tensor& tensor) {
  std::vector<int64_t> values(static_cast<size_t>(num_elements(tensor.shape)));
  for (size_t i = 0; i < values.size(); ++i) {
    if (tensor.dtype == DType::kInt32) {
      int32_t value;
      std::memcpy(&value, tensor.data.data() + 4 * i, 4);
      values[i] = value;
    } else {
      std::memcpy(&values[i], tensor.data.data() + 8 * i, 8);
    }
  }
  return values;
}

}  // namespace

const std::string& Node::kind() const { return def_->op(); }

void Node::unsupported(const std::string& reason) const { fail(ErrorCode::kUnsupported, reason); }
void Node::damaged(const std::string& reason) const { fail(ErrorCode::kInvalidModel, reason); }

const Value& Node::value(int i) const {
  if (i < 0 || i >= count())
    damaged(litewright::concat("it has ", count(), " operands, needs at least ", i + 1));
  return inputs_[static_cast<size_t>(i)];
}

TensorId Node::operand(int i) const {
  const Value& given = value(i);
  if (given.id == kNoTensor) unsupported(litewright::concat("operand ", i, " is a resource, not a tensor"));
  return given.id;
}

TensorId Node::input(int i) const {
  const TensorId id = operand(i);
  if (!const_cast<Node*>(this)->builder().tensor(id).has_rank) {
    unsupported(litewright::concat("nothing is known of the shape of operand ", i,
                                   "; state it with tf.ensure_shape or tf.reshape"));
  }
  return id;
}

Ids Node::inputs(int first, int last) const {
  Ids ids;
  for (int i = first; i < last; ++i) ids.push_back(input(i));
  return ids;
}

const proto::AttrValue* Node::attribute(const char* name) const {
  const auto found = def_->attr().find(name);
  return found == def_->attr().end() ? nullptr : &found->second;
}

int64_t Node::integer(const char* name, std::optional<int64_t> otherwise) const {
  const proto::AttrValue* found = attribute(name);
  if (found == nullptr && !otherwise) damaged(litewright::concat("the attribute '", name, "' is missing"));
  return found == nullptr ? *otherwise : found->i();
}

double Node::real(const char* name, double otherwise) const {
  const proto::AttrValue* found = attribute(name);
  return found == nullptr ? otherwise : static_cast<double>(found->f());
}

bool Node::flag(const char* name, bool otherwise) const {
  const proto::AttrValue* found = attribute(name);
  return found == nullptr ? otherwise : found->b();
}

std::string Node::text(const char* name, const std::string& otherwise) const {
  const proto::AttrValue* found = attribute(name);
  return found == nullptr ? otherwise : found->s();
}

DType Node::type(const char* name, std::optional<DType> otherwise) const {
  const proto::AttrValue* found = attribute(name);
  if (found == nullptr && !otherwise) damaged(litewright::concat("the attribute '", name, "' is missing"));
  return found == nullptr ? *otherwise : to_dtype(found->type(), "it");
}

std::vector<int64_t> Node::integers(const char* name) const {
  const proto::AttrValue* found = attribute(name);
  if (found == nullptr) return {};
  return {found->list().i().begin(), found->list().i().end()};
}

std::vector<float> Node::reals(const char* name) const {
  const proto::AttrValue* found = attribute(name);
  if (found == nullptr) return {};
  return {found->list().f().begin(), found->list().f().end()};
}

std::optional<Extents> Node::extents(int i) const {
  const Value& given = value(i);
  if (given.extents) return given.extents;
  if (given.id == kNoTensor) return std::nullopt;
  const Tensor& tensor = const_cast<Node*>(this)->builder().tensor(given.id);
  if (!is_shape_type(tensor.dtype) || tensor.shape.size() > 1) return std::nullopt;
  if (!is_static(tensor.shape) || num_elements(tensor.shape) > kMostExtents) return std::nullopt;
  Extents result(static_cast<size_t>(num_elements(tensor.shape)));
  if (!tensor.is_constant) return result;
  const std::vector<int64_t> values = integer_elements(tensor);
  for (size_t k = 0; k < values.size(); ++k) result[k] = {true, values[k]};
  return result;
}

std::vector<int64_t> Node::known(int i, const char* what) const {
  const TensorId id = input(i);
  const Tensor& tensor = const_cast<Node*>(this)->builder().tensor(id);
  if (tensor.is_constant && is_shape_type(tensor.dtype)) return integer_elements(tensor);
  const std::optional<Extents> found = extents(i);
  if (!found || !all_known(*found)) {
    unsupported(
        litewright::concat(what, " should be constant; make the shapes it is computed from constant"));
  }
  std::vector<int64_t> values;
  for (const Extent& extent : *found) values.push_back(extent.value);
  return values;
}

Axes Node::axes(int i, const char* what) const {
  Axes result;
  for (const int64_t value : known(i, what)) {
    result.push_back(static_cast<int32_t>(std::clamp<int64_t>(value, INT32_MIN, INT32_MAX)));
  }
  return result;
}

int64_t Node::scalar(int i, const char* what) const {
  const std::vector<int64_t> values = known(i, what);
  if (values.size() != 1)
    damaged(litewright::concat(what, " has ", values.size(), " elements, should have one"));
  return values[0];
}

std::optional<double> Node::float_scalar(int i) const {
  const Tensor& tensor = const_cast<Node*>(this)->builder().tensor(input(i));
  if (!tensor.is_constant || tensor.dtype != DType::kFloat32 || num_elements(tensor.shape) != 1)
    return std::nullopt;
  float value;
  std::memcpy(&value, tensor.data.data(), sizeof(value));
  return value;
}

TensorId Node::shape_operand(int i) {
  const TensorId id = input(i);
  if (dtype(id) == DType::kInt32) return id;
  const std::optional<Extents> found = extents(i);
  if (found && all_known(*found) && rank(id) == 1) return ints(axes(i, "it"));
  return cast(id, DType::kInt32);
}

Value Node::with_extents(TensorId real, Extents extents) {
  const DType type = dtype(real);
  if (!all_known(extents) || !is_shape_type(type) || builder().tensor(real).is_constant)
    return {real, std::move(extents)};
  std::vector<int64_t> wide;
  std::vector<int32_t> narrow;
  for (const Extent& extent : extents) {
    wide.push_back(extent.value);
    narrow.push_back(static_cast<int32_t>(extent.value));
  }
  const Shape shape = this->shape(real);
  return type == DType::kInt64 ? builder().constant(wide, shape) : builder().constant(narrow, shape);
}

Shape shape_of(const Extents& extents) {
  Shape shape;
  for (const Extent& extent : extents) {
    if (extent.known && extent.value > INT32_MAX)
      fail(ErrorCode::kInvalidModel, "a dimension of ", extent.value, " is too large");
    shape.push_back(extent.known && extent.value >= 0 ? static_cast<int32_t>(extent.value) : -1);
  }
  return shape;
}

bool all_known(const Extents& extents) {
  return std::all_of(extents.begin(), extents.end(), [](const Extent& extent) { return extent.known; });
}

TensorId channels_last(Node& node, TensorId x, bool needed) {
  if (!needed) return x;
  Axes permutation = {0};
  for (int i = 2; i < node.rank(x); ++i) permutation.push_back(i);
  permutation.push_back(1);
  return node.transpose(x, permutation);
}

TensorId channels_first(Node& node, TensorId x, bool needed) {
  if (!needed) return x;
  Axes permutation = {0, node.rank(x) - 1};
  for (int i = 1; i + 1 < node.rank(x); ++i) permutation.push_back(i);
  return node.transpose(x, permutation);
}

}  // namespace litewright::tf
