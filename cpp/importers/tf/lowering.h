// What the function that lowers one TensorFlow node sees: its attributes, its operands, and Ops to write
// operators.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "graph/builder.h"
#include "importers/keras/ops.h"

namespace litewright::proto {
class NodeDef;
class AttrValue;
class Tensor;
}  // namespace litewright::proto

namespace litewright::tf {

using keras::Axes;
using keras::Ids;

// An element of a small integer tensor, as far as it is known while importing.
struct Extent {
  bool known = false;
  int64_t value = 0;
};
using Extents = std::vector<Extent>;

// What is known of a TensorFlow tensor list. Where it has a tensor, that is [length, ...element].
struct TensorList {
  DType dtype = DType::kFloat32;
  std::optional<Shape> element = {};  // nothing: not even the rank is known
  TensorId length = kNoTensor;  // of a list without a tensor; kNoTensor also in a loop that must find out
};

// What flows along an edge of a TensorFlow graph.
struct Value {
  TensorId id = kNoTensor;
  std::optional<Extents> extents = {};    // beside a tensor that is not constant
  std::string variable = {};              // a handle of this variable; no tensor
  std::shared_ptr<TensorList> list = {};  // it is a list; without a tensor until something is put into it
  bool broken = false;                    // it comes from a node that could not be converted
  bool dead = false;                      // it lies on the way that a constant condition does not take

  Value() = default;
  Value(TensorId tensor) : id(tensor) {}  // NOLINT: a tensor is a value
  Value(TensorId tensor, Extents known) : id(tensor), extents(std::move(known)) {}
};
using Values = std::vector<Value>;
Values broken_results();  // one, for a node that could not be converted

class Variables;  // variables.h
class Tables;     // tables.h

class Node : public keras::Ops {
 public:
  Node(GraphBuilder& builder, const proto::NodeDef& def, Values inputs, const Variables& variables)
      : Ops(builder), def_(&def), inputs_(std::move(inputs)), variables_(&variables) {}

  const std::string& kind() const;
  const proto::NodeDef& def() const { return *def_; }
  const Variables& variables() const { return *variables_; }
  int count() const { return static_cast<int>(inputs_.size()); }
  const Value& value(int i) const;    // Error if there are fewer
  TensorId operand(int i = 0) const;  // Error also if it is no tensor
  TensorId input(int i = 0) const;    // Error also if nothing is known of its shape
  Ids inputs(int first, int last) const;

  // Attributes. The second argument stands for one that is absent; without it absence is an Error.
  bool has(const char* name) const { return attribute(name) != nullptr; }
  int64_t integer(const char* name, std::optional<int64_t> otherwise = {}) const;
  double real(const char* name, double otherwise) const;
  bool flag(const char* name, bool otherwise = false) const;
  std::string text(const char* name, const std::string& otherwise) const;
  DType type(const char* name, std::optional<DType> otherwise = {}) const;
  std::vector<int64_t> integers(const char* name) const;  // empty if absent
  std::vector<float> reals(const char* name) const;

  // The elements of an integer operand, as far as they are known; nothing if not even their number is.
  std::optional<Extents> extents(int i) const;
  // The elements of an integer operand that must be known.
  std::vector<int64_t> known(int i, const char* what) const;
  Axes axes(int i, const char* what) const;  // the same as int32
  int64_t scalar(int i, const char* what) const;
  std::optional<double> float_scalar(int i) const;  // of a constant with one element
  // The operand as int32, which TFLite's shape operands want.
  TensorId shape_operand(int i);
  // A result with elements of which some are known; `real` computes them. A constant if all are known.
  Value with_extents(TensorId real, Extents extents);

  [[noreturn]] void unsupported(const std::string& reason) const;
  [[noreturn]] void damaged(const std::string& reason) const;

 private:
  const proto::AttrValue* attribute(const char* name) const;
  const proto::NodeDef* def_;
  Values inputs_;
  const Variables* variables_;
};

using Lower = Values (*)(Node&);
struct OpRow {
  const char* op;
  Lower lower;  // nullptr: it cannot be converted, and `reason` says why and what to do
  const char* reason = "";
};
using Rows = std::span<const OpRow>;
Rows basic_rows();
Rows convolution_rows();
Rows nn_rows();
Rows binary_rows();
Rows unary_rows();
Rows reduction_rows();
Rows array_rows();
Rows slicing_rows();
Rows shape_rows();
Rows image_rows();
Rows tensor_list_rows();
Rows tensor_array_rows();
Rows erf_rows();
Rows lookup_rows();
Rows special_rows();
Rows scatter_rows();
Rows selecting_rows();
Rows matrix_rows();
Rows spectral_rows();
Rows vision_rows();
Rows resampling_rows();
Rows fake_quant_rows();
Rows random_rows();
Rows unsupported_rows();
const OpRow* find_row(const std::string& op);  // nullptr: unknown

// Shared by the families.
// A constant of the graph. Error if its bytes do not fit its shape.
TensorId constant_of(GraphBuilder& builder, const proto::Tensor& tensor, const std::string& name);
// The handle of the hash table of this node, one for each subgraph.
TensorId add_table_handle(GraphBuilder& builder, const Tables& tables, const std::string& node);
Shape shape_of(const Extents& extents);  // -1 for what is not known
// The shape that stands for both: -1 where they differ; nothing if their ranks do.
std::optional<Shape> joined(const Shape& a, const Shape& b);
// A list of `length` zeros (int32, a scalar) as a tensor; a dimension of `element` that is -1 is `dims[i]`.
TensorId zero_list(keras::Ops& ops, DType dtype, TensorId length, const Shape& element, const Ids& dims);
bool all_known(const Extents& extents);
// NCHW <-> NHWC, for any number of spatial dimensions; x itself if `needed` is false.
TensorId channels_last(Node& node, TensorId x, bool needed);
TensorId channels_first(Node& node, TensorId x, bool needed);

}  // namespace litewright::tf
