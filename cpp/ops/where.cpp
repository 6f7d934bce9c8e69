#include "ops/elementwise.h"

namespace litewright {
namespace {

// Calls visit(data) with the condition as its C++ type.
template <class Visit>
void for_condition(const NodeContext& c, const uint8_t* data, const Visit& visit) {
  switch (c.input_dtype(0)) {
    case DType::kFloat32:
      return visit(reinterpret_cast<const float*>(data));
    case DType::kBool:
    case DType::kInt8:
    case DType::kUInt8:
      return visit(data);
    case DType::kInt32:
    case DType::kUInt32:
      return visit(reinterpret_cast<const uint32_t*>(data));
    case DType::kInt64:
      return visit(reinterpret_cast<const uint64_t*>(data));
    default:
      refuse_dtype(c);
  }
}

// One row of indexes for every element that is not zero.
void infer(InferContext& c) {
  const Shape& shape = c.input_shape(0);
  if (!c.is_known(0)) throw NeedsValue{0};
  int64_t count = 0;
  for_condition(c, c.input(0).data, [&](const auto* data) {
    for (int64_t i = 0; i < num_elements(shape); ++i) count += data[i] != 0;
  });
  c.set_output(0, DType::kInt64, {static_cast<int32_t>(count), static_cast<int32_t>(shape.size())});
}

Kernel prepare(PrepareContext& c) {
  if (!c.is_known(0)) throw NeedsValue{0};
  return [shape = c.input_shape(0)](RunContext& r) {
    int64_t* out = r.out<int64_t>(0);
    const size_t rank = shape.size();
    for_condition(r, r.in<uint8_t>(0), [&](const auto* data) {
      for (int64_t i = 0; i < num_elements(shape); ++i) {
        if (data[i] == 0) continue;
        int64_t rest = i;
        for (size_t dim = rank; dim-- > 0; rest /= shape[dim]) out[dim] = rest % shape[dim];
        out += rank;
      }
    });
    return Status();
  };
}

}  // namespace

extern const OpDef kWhere;
const OpDef kWhere = {
    .code = BuiltinOp::kWhere,
    .max_version = 2,
    .inputs = {{"condition"}},
    .options = &schema_of<WhereOptions>(),
    .infer = infer,
    .prepare = prepare,
    .types = "bool, float32, int8, uint8, int32, uint32, int64",
};

}  // namespace litewright
