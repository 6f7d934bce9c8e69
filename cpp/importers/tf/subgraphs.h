// Functions that become subgraphs.
#pragma once

#include "importers/tf/walker.h"

namespace litewright::tf {

// How a value of the calling graph enters a subgraph: as an input of it, or, if it is the same in every
// round, as what it is (a constant, a variable).
struct Walker::Entry {
  Value outer;
  bool same = false;   // in every round
  bool input = false;  // of the subgraph
  Shape shape = {};    // of that input
  DType dtype = DType::kFloat32;
};

// A list whose elements lie in `id`, a tensor of this type and shape.
Value with_list(TensorId id, DType dtype, const Shape& shape);
// `id` as a result of the subgraph that `ops` writes: not one of its inputs, which a runtime could overwrite
// before it is read. `own`: the input that may be handed on.
TensorId as_result(keras::Ops& ops, TensorId id, TensorId own);
// The function that an attribute names. Error if there is none.
const proto::NameAttrList& function_attribute(const proto::NodeDef& node, const char* name);

}  // namespace litewright::tf
