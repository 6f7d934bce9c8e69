// Random numbers: other ones than TensorFlow's, with the same distribution.
#include "core/error.h"
#include "importers/tf/lowering.h"

namespace litewright::tf {
namespace {

TensorId drawn(Node& node, BuiltinOp code) {
  const std::optional<Extents> extents = node.extents(0);
  if (!extents) node.unsupported("the number of dimensions of its result is unknown");
  if (node.type("dtype", DType::kFloat32) != DType::kFloat32)
    node.unsupported("random numbers that are not float32");
  const Shape dims = shape_of(*extents);
  const RandomOptions options{node.integer("seed", 0), node.integer("seed2", 0)};
  return node.declared(code, {is_static(dims) ? node.ints(dims) : node.shape_operand(0)}, options,
                       DType::kFloat32, dims);
}

Values lower_uniform(Node& node) { return {drawn(node, BuiltinOp::kRandomUniform)}; }
Values lower_normal(Node& node) { return {drawn(node, BuiltinOp::kRandomStandardNormal)}; }

// [least, most), by scaling [0, 1).
Values lower_integers(Node& node) {
  const DType type = node.type("Tout", DType::kInt32);
  const TensorId least = node.cast(node.input(1), DType::kFloat32);
  const TensorId most = node.cast(node.input(2), DType::kFloat32);
  const TensorId scaled = node.mul(drawn(node, BuiltinOp::kRandomUniform), node.sub(most, least));
  return {node.cast(node.add(node.op(BuiltinOp::kFloor, {scaled}), least), type)};
}

Values lower_multinomial(Node& node) {
  const RandomOptions options{node.integer("seed", 0), node.integer("seed2", 0)};
  const TensorId count = node.shape_operand(1);
  const DType type = node.type("output_dtype", DType::kInt64);
  const std::optional<Extents> extents = node.extents(1);
  const bool known = extents && extents->size() == 1 && (*extents)[0].known;
  const Shape shape = {node.shape(node.input()).front(),
                       known ? static_cast<int32_t>((*extents)[0].value) : -1};
  return {node.declared(BuiltinOp::kMultinomial, {node.input(), count}, options, type, shape)};
}

constexpr const char* kStateless =
    "numbers that follow from a seed have no builtin; make them an input of the model, or use "
    "tf.random.uniform";

}  // namespace

Rows random_rows() {
  static const OpRow kRows[] = {
      {"RandomUniform", lower_uniform},
      {"RandomStandardNormal", lower_normal},
      {"RandomUniformInt", lower_integers},
      {"Multinomial", lower_multinomial},
      {"StatelessRandomGetKeyCounter", nullptr, kStateless},
      {"StatelessRandomUniform", nullptr, kStateless},
      {"StatelessRandomUniformV2", nullptr, kStateless},
      {"StatelessRandomNormal", nullptr, kStateless},
      {"StatelessRandomNormalV2", nullptr, kStateless},
  };
  return kRows;
}

}  // namespace litewright::tf
