// Hash tables looked up.
#include "core/error.h"
#include "importers/proto/tensorflow.pb.h"
#include "importers/tf/lowering.h"
#include "importers/tf/variables.h"

namespace litewright::tf {

TensorId add_table_handle(GraphBuilder& builder, const Tables& tables, const std::string& node) {
  const int32_t id = tables.id(node);
  for (const Operator& op : builder.subgraph().operators) {
    if (op.code == BuiltinOp::kHashtable && op.options.get<HashtableOptions>().table_id == id)
      return op.outputs[0];
  }
  const Table& table = tables.read(node);
  const bool text = table.keys.dtype == DType::kString;
  const HashtableOptions options{id, table.keys.dtype, text ? DType::kInt64 : DType::kString};
  return builder.add(BuiltinOp::kHashtable, {}, options, node);
}

namespace {

constexpr int32_t kMostCompared = 65536;  // keys that each element may be compared with

const std::string& table_of(Node& node) {
  if (node.value(0).variable.empty()) node.unsupported("its table is chosen at run time");
  return node.value(0).variable;
}

// Integer keys: position of the equal one; `count` if there is none.
TensorId compared_positions(Node& node, const Table& table, TensorId x, int32_t count) {
  if (count > kMostCompared)
    node.unsupported(concat("a table of ", count, " integer keys; use text keys, or subtract the smallest"));
  const TensorId keys = node.builder().constant(table.keys.dtype, {count}, table.keys.data);
  const TensorId equal = node.op(BuiltinOp::kEqual, {node.expand(x, node.rank(x)), keys});
  const TensorId position =
      node.op(BuiltinOp::kArgMax, {node.cast(equal, DType::kInt32), node.builder().scalar(int32_t{-1})},
              ArgMaxOptions{DType::kInt32});
  const TensorId any = node.reduce(BuiltinOp::kReduceAny, equal, {node.rank(x)}, false);
  return node.select(any, position, node.builder().scalar(count));
}

// Text keys: the table holds positions.
TensorId hashed_positions(Node& node, TensorId x, int32_t count) {
  const TensorId handle = add_table_handle(node.builder(), node.variables().tables(), table_of(node));
  const TensorId found =
      node.declared(BuiltinOp::kHashtableFind, {handle, x, node.builder().scalar(int64_t{count})},
                    HashtableFindOptions{}, DType::kInt64, node.shape(x));
  return node.cast(found, DType::kInt32);
}

Values lower_find(Node& node) {
  const Table& table = node.variables().tables().read(table_of(node));
  const TensorId x = node.input(1), otherwise = node.input(2);
  const DType key = table.keys.dtype, value = table.values.dtype;
  if (node.dtype(x) != key)
    node.damaged(concat("its keys are ", dtype_name(node.dtype(x)), ", the table's ", dtype_name(key)));
  if ((key == DType::kString && value == DType::kInt64) ||
      (key == DType::kInt64 && value == DType::kString)) {
    const TensorId handle = add_table_handle(node.builder(), node.variables().tables(), table_of(node));
    return {node.declared(BuiltinOp::kHashtableFind, {handle, x, otherwise}, HashtableFindOptions{}, value,
                          node.shape(x))};
  }
  if (key != DType::kString && key != DType::kInt64 && key != DType::kInt32)
    node.unsupported(concat("a table with keys of type ", dtype_name(key)));
  const auto count = static_cast<int32_t>(num_elements(table.keys.shape));
  const TensorId positions =
      key == DType::kString ? hashed_positions(node, x, count) : compared_positions(node, table, x, count);
  const TensorId values = node.builder().constant(value, {count}, table.values.data);
  const TensorId all = node.concat({values, node.reshape(otherwise, {1})}, 0);
  return {node.gather(all, positions, 0)};
}

Values lower_size(Node& node) {
  const Table& table = node.variables().tables().read(table_of(node));
  return {node.builder().scalar(num_elements(table.keys.shape))};
}

Values lower_table(Node& node) {
  Value value;
  value.variable = node.def().name();
  return {value};
}

constexpr const char* kMutable = "tables that change are not converted; use tf.lookup.StaticHashTable";

}  // namespace

Rows lookup_rows() {
  static const OpRow kRows[] = {
      {"HashTable", lower_table},
      {"HashTableV2", lower_table},
      {"LookupTableFind", lower_find},
      {"LookupTableFindV2", lower_find},
      {"LookupTableSize", lower_size},
      {"LookupTableSizeV2", lower_size},
      {"MutableHashTable", nullptr, kMutable},
      {"MutableHashTableV2", nullptr, kMutable},
      {"MutableDenseHashTable", nullptr, kMutable},
      {"MutableDenseHashTableV2", nullptr, kMutable},
  };
  return kRows;
}

}  // namespace litewright::tf
