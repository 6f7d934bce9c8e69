#include "importers/tf/tables.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/error.h"
#include "importers/proto/tensorflow.pb.h"
#include "importers/tf/lowering.h"
#include "importers/tf/types.h"
#include "ops/strings.h"
#include "tflite/mapped_file.h"

namespace litewright::tf {
namespace {

constexpr int kMostSteps = 1000;
constexpr int kMostCalls = 16;

bool fills_table(const std::string& op) {
  return op == "InitializeTable" || op == "InitializeTableV2" || op == "LookupTableImport" ||
         op == "LookupTableImportV2" || op == "InitializeTableFromTextFile" ||
         op == "InitializeTableFromTextFileV2";
}

std::string node_of(const std::string& reference) { return reference.substr(0, reference.find(':')); }

int64_t integer(const proto::NodeDef& node, const char* name, int64_t otherwise) {
  const auto found = node.attr().find(name);
  return found == node.attr().end() ? otherwise : found->second.i();
}

}  // namespace

// Finds what fills tables: in the graph, and in the functions it calls.
class TableFinder {
 public:
  TableFinder(const proto::MetaGraphDef& graph, const std::string& folder, Tables& tables)
      : folder_(folder), tables_(&tables) {
    for (const proto::FunctionDef& function : graph.graph_def().library().function())
      functions_.emplace(function.signature().name(), &function);
    for (const proto::AssetFileDef& asset : graph.asset_file_def())
      assets_.emplace(node_of(asset.tensor_info().name()), asset.filename());
    for (const proto::NodeDef& node : graph.graph_def().node()) {
      nodes_.emplace(node.name(), &node);
      if (node.op() == "AssignVariableOp" && node.input_size() >= 2)
        assigned_.emplace(node_of(node.input(0)), node_of(node.input(1)));
    }
    visit(graph.graph_def().node(), {}, 0);
  }

 private:
  using Arguments = std::map<std::string, const proto::NodeDef*>;  // of a function -> node of the graph
  using Nodes = google::protobuf::RepeatedPtrField<proto::NodeDef>;

  void visit(const Nodes& nodes, const Arguments& arguments, int depth) {
    std::unordered_map<std::string, const proto::NodeDef*> by_name;
    for (const proto::NodeDef& node : nodes) by_name.emplace(node.name(), &node);
    // Where a reference leads to through nodes that pass their operand on.
    const auto origin = [&](std::string reference) -> const proto::NodeDef* {
      for (int steps = 0; steps < kMostSteps; ++steps) {
        const auto argument = arguments.find(node_of(reference));
        if (argument != arguments.end()) return argument->second;
        const auto found = by_name.find(node_of(reference));
        if (found == by_name.end()) return nullptr;
        if (found->second->op() != "Identity" || found->second->input_size() == 0) return found->second;
        reference = found->second->input(0);
      }
      return nullptr;
    };
    for (const proto::NodeDef& node : nodes) {
      if (fills_table(node.op()) && node.input_size() >= 2) {
        add(node, origin(node.input(0)), origin(node.input(1)),
            node.input_size() > 2 ? origin(node.input(2)) : nullptr);
      } else if (const proto::FunctionDef* function = filling_function(node, depth)) {
        Arguments inner;
        const auto& names = function->signature().input_arg();
        for (int i = 0; i < names.size() && i < node.input_size(); ++i)
          inner.emplace(names.Get(i).name(), origin(node.input(i)));
        visit(function->node_def(), inner, depth + 1);
      }
    }
  }

  void add(const proto::NodeDef& node, const proto::NodeDef* table, const proto::NodeDef* first,
           const proto::NodeDef* second) {
    if (table == nullptr || first == nullptr) return;
    Tables::Source source{.table = table, .node = &node, .keys = first, .values = second, .file = {}};
    if (second == nullptr) source.file = file_of(first);
    tables_->sources_.emplace(table->name(), source);
  }

  // The asset whose path is this node's value: a placeholder that the SavedModel names, what a variable with
  // the path is assigned, or a constant path, whose last part is the asset's name.
  std::string file_of(const proto::NodeDef* path) const {
    if (path->op() == "ReadVariableOp" && path->input_size() != 0) {
      const auto value = assigned_.find(node_of(path->input(0)));
      auto node = value == assigned_.end() ? nodes_.end() : nodes_.find(value->second);
      for (int steps = 0; node != nodes_.end() && steps < kMostSteps; ++steps) {
        path = node->second;
        if (path->op() != "Identity" || path->input_size() == 0) break;
        node = nodes_.find(node_of(path->input(0)));
      }
    }
    std::string name;
    const auto asset = assets_.find(path->name());
    if (asset != assets_.end()) {
      name = asset->second;
    } else if (path->op() == "Const" && path->attr().count("value") != 0 &&
               path->attr().at("value").tensor().string_val_size() == 1) {
      name = path->attr().at("value").tensor().string_val(0);
      name = name.substr(name.find_last_of("/\\") + 1);
    }
    if (name.empty() || name.find("..") != std::string::npos) return "";
    return folder_ + "/assets/" + name;
  }

  // The function that the node calls, if it fills tables.
  const proto::FunctionDef* filling_function(const proto::NodeDef& node, int depth) {
    std::string name = node.op();
    const auto f = node.attr().find("f");
    if (f != node.attr().end() && name.find("PartitionedCall") != std::string::npos)
      name = f->second.func().name();
    const auto found = functions_.find(name);
    return found != functions_.end() && fills(*found->second, depth) ? found->second : nullptr;
  }
  bool fills(const proto::FunctionDef& function, int depth) {
    const auto [known, inserted] = fills_.emplace(function.signature().name(), false);
    if (!inserted || depth > kMostCalls) return known->second;
    const bool result =
        std::any_of(function.node_def().begin(), function.node_def().end(), [&](const auto& node) {
          return fills_table(node.op()) || filling_function(node, depth + 1) != nullptr;
        });
    return fills_[function.signature().name()] = result;
  }

  std::string folder_;
  Tables* tables_;
  std::unordered_map<std::string, const proto::FunctionDef*> functions_;
  std::unordered_map<std::string, bool> fills_;
  std::map<std::string, std::string> assets_;    // node -> file
  std::map<std::string, std::string> assigned_;  // variable -> the node whose value it gets
  std::unordered_map<std::string, const proto::NodeDef*> nodes_;
};

namespace {

TensorBundle::Value constant_value(const proto::NodeDef* node, const char* what) {
  const auto value = node == nullptr ? decltype(node->attr().find(""))() : node->attr().find("value");
  if (node == nullptr || node->op() != "Const" || value == node->attr().end()) {
    fail(ErrorCode::kUnsupported, "the ", what, " of its hash table are computed, not constant",
         node == nullptr ? "" : " (node '" + node->name() + "', " + node->op() + ")");
  }
  Graph scratch;
  GraphBuilder builder(scratch);
  const Tensor& tensor = builder.tensor(constant_of(builder, value->second.tensor(), node->name()));
  return {tensor.dtype, tensor.shape, tensor.data};
}

std::vector<std::string_view> lines_of(const Bytes& file) {
  std::vector<std::string_view> lines;
  std::string_view rest(reinterpret_cast<const char*>(file.data()), file.size());
  while (!rest.empty()) {
    const size_t end = rest.find('\n');
    lines.push_back(rest.substr(0, end));
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    if (!lines.back().empty() && lines.back().back() == '\r') lines.back().remove_suffix(1);
  }
  return lines;
}

// What one line gives: index -2 the whole line, -1 its number, others a column.
std::string part_of(std::string_view line, int64_t number, int64_t index, const std::string& delimiter) {
  if (index == -2) return std::string(line);
  if (index == -1) return std::to_string(number);
  for (int64_t column = 0; column < index; ++column) {
    const size_t end = line.find(delimiter);
    if (end == std::string_view::npos)
      fail(ErrorCode::kInvalidModel, "line ", number, " of the table's file has no column ", index);
    line = line.substr(end + delimiter.size());
  }
  return std::string(line.substr(0, line.find(delimiter)));
}

TensorBundle::Value column(const std::vector<std::string>& parts, DType dtype) {
  const Shape shape = {static_cast<int32_t>(parts.size())};
  if (dtype != DType::kString && dtype != DType::kInt64)
    fail(ErrorCode::kUnsupported, "a table of ", dtype_name(dtype), " from a file");
  if (dtype == DType::kString) {
    const std::vector<std::string_view> views(parts.begin(), parts.end());
    return {DType::kString, shape, Bytes::own(pack_strings(views))};
  }
  std::vector<int64_t> values;
  for (const std::string& part : parts) {
    int64_t value = 0;
    const auto [end, code] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (code != std::errc() || end != part.data() + part.size())
      fail(ErrorCode::kInvalidModel, "the table's file has '", part, "' where a number should be");
    values.push_back(value);
  }
  return {DType::kInt64, shape, Bytes::copy(values)};
}

DType type_of(const proto::NodeDef& node, const char* name) {
  const auto found = node.attr().find(name);
  return to_dtype(found == node.attr().end() ? 0 : found->second.type(), "the hash table");
}

Table read_file(const proto::NodeDef& node, const proto::NodeDef& table, const std::string& path) {
  const int64_t key_index = integer(node, "key_index", -2), value_index = integer(node, "value_index", -1);
  const int64_t most = integer(node, "vocab_size", -1), offset = integer(node, "offset", 0);
  const auto delimiter = node.attr().find("delimiter");
  const std::string separator = delimiter == node.attr().end() ? "\t" : delimiter->second.s();
  if (key_index < -2 || value_index < -2 || offset < 0 || separator.empty())
    fail(ErrorCode::kInvalidModel, "the table's columns are wrong");
  const Bytes file = map_file(path);
  std::vector<std::string> keys, values;
  const std::vector<std::string_view> lines = lines_of(file);
  for (size_t i = static_cast<size_t>(offset); i < lines.size(); ++i) {
    const auto number = static_cast<int64_t>(i) - offset;
    if (most >= 0 && number >= most) break;
    keys.push_back(part_of(lines[i], number, key_index, separator));
    values.push_back(part_of(lines[i], number, value_index, separator));
  }
  return {column(keys, type_of(table, "key_dtype")), column(values, type_of(table, "value_dtype"))};
}

}  // namespace

Tables::Tables(const proto::MetaGraphDef& graph, const std::string& folder) {
  TableFinder(graph, folder, *this);
}

const Table& Tables::read(const std::string& node) const {
  const auto given = given_.find(node);
  if (given != given_.end()) return given->second;
  const auto found = sources_.find(node);
  if (found == sources_.end()) {
    fail(ErrorCode::kUnsupported, "the content of the hash table '", node,
         "' is not known: use a static table (tf.lookup.StaticHashTable) and convert the SavedModel");
  }
  const Source& source = found->second;
  Table table;
  if (source.values == nullptr) {
    if (source.file.empty())
      fail(ErrorCode::kUnsupported, "the file of the hash table '", node,
           "' is not among the model's assets");
    table = read_file(*source.node, *source.table, source.file);
  } else {
    table = {constant_value(source.keys, "keys"), constant_value(source.values, "values")};
  }
  if (table.keys.shape != table.values.shape) {
    fail(ErrorCode::kInvalidModel, "the hash table '", node, "' has keys of shape ",
         to_string(table.keys.shape), " and values of shape ", to_string(table.values.shape));
  }
  return given_.emplace(node, std::move(table)).first->second;
}

int32_t Tables::id(const std::string& node) const {
  const auto [found, inserted] = ids_.emplace(node, static_cast<int32_t>(ids_.size()) + 1);
  if (inserted) nodes_.emplace(found->second, node);
  return found->second;
}

const std::string& Tables::node(int32_t id) const { return nodes_.at(id); }

void add_table_initializers(Graph& graph, const Tables& tables) {
  std::set<int32_t> used;
  for (const Subgraph& subgraph : graph.subgraphs) {
    for (const Operator& op : subgraph.operators) {
      if (op.code == BuiltinOp::kHashtable) used.insert(op.options.get<HashtableOptions>().table_id);
    }
  }
  if (used.empty()) return;
  const auto index = static_cast<int>(graph.subgraphs.size());
  GraphBuilder builder(graph, index);
  for (const int32_t id : used) {
    const std::string& node = tables.node(id);
    const Table& table = tables.read(node);
    builder.set_layer(node);
    const TensorId handle = add_table_handle(builder, tables, node);
    const TensorId keys =
        builder.constant(table.keys.dtype, table.keys.shape, table.keys.data, node + "/keys");
    // A table from text to other values than int64 holds their positions.
    const bool text = table.keys.dtype == DType::kString;
    TensorId values;
    if (!text || table.values.dtype == DType::kInt64) {
      values = builder.constant(table.values.dtype, table.values.shape, table.values.data, node + "/values");
    } else {
      std::vector<int64_t> positions(static_cast<size_t>(num_elements(table.keys.shape)));
      for (size_t i = 0; i < positions.size(); ++i) positions[i] = static_cast<int64_t>(i);
      values = builder.constant(positions, table.keys.shape, node + "/positions");
    }
    builder.add_multi(BuiltinOp::kHashtableImport, {handle, keys, values}, HashtableImportOptions{}, 0);
  }
  for (const Signature& signature : graph.signatures) {
    Subgraph& subgraph = graph.subgraphs[static_cast<size_t>(signature.subgraph)];
    Operator once;
    once.code = BuiltinOp::kCallOnce;
    once.options = CallOnceOptions{index};
    subgraph.operators.insert(subgraph.operators.begin(), std::move(once));
  }
}

}  // namespace litewright::tf
