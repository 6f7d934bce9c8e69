// HASHTABLE, HASHTABLE_IMPORT, HASHTABLE_FIND and HASHTABLE_SIZE: tables from int64 to string or from string
// to int64 that live as long as the interpreter.
#include <functional>
#include <string>
#include <unordered_map>

#include "ops/strings.h"
#include "runtime/resources.h"

namespace litewright {
namespace {

struct StringHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

struct Table : Resource {
  bool from_string = false;
  bool filled = false;
  std::unordered_map<std::string, int64_t, StringHash, std::equal_to<>> numbers;  // if from_string
  std::unordered_map<int64_t, std::string> texts;                                 // if not
  size_t size() const { return from_string ? numbers.size() : texts.size(); }
};

void check_handle(const NodeContext& c) {
  if (c.input_dtype(0) != DType::kResource || c.input_shape(0) != Shape{1}) {
    c.fail(c.describe_input(0), " should be one resource handle");
  }
}

void check_types(const NodeContext& c, DType key, DType value) {
  if ((key == DType::kInt64 && value == DType::kString) || (key == DType::kString && value == DType::kInt64))
    return;
  c.fail("a table from ", dtype_name(key), " to ", dtype_name(value),
         " is not possible: int64 and string are");
}

// nullptr and a message if there is no such table.
Table* find_table(RunContext& r, const DType* key_dtype, Status& status) {
  Table* table = r.resources().find<Table>(*r.in<int32_t>(0));
  if (table == nullptr) {
    status = Status::error("there is no table '", r.input(0).tensor->name, "'");
  } else if (key_dtype != nullptr && table->from_string != (*key_dtype == DType::kString)) {
    status = Status::error("the table's keys are not ", dtype_name(*key_dtype));
    return nullptr;
  }
  return table;
}

void infer_table(InferContext& c) {
  const HashtableOptions& options = c.options<HashtableOptions>();
  check_types(c, options.key_dtype, options.value_dtype);
  c.set_output(0, DType::kResource, {1});
}

Kernel prepare_table(PrepareContext& c) {
  const HashtableOptions& options = c.options<HashtableOptions>();
  const int32_t handle = c.resources().handle("hashtable", concat(options.table_id));
  return [handle, from_string = options.key_dtype == DType::kString](RunContext& r) {
    if (r.resources().find<Table>(handle) == nullptr) {
      r.resources().put(handle, std::make_unique<Table>())->from_string = from_string;
    }
    *r.out<int32_t>(0) = handle;
    return Status();
  };
}

void infer_import(InferContext& c) {
  check_handle(c);
  check_types(c, c.input_dtype(1), c.input_dtype(2));
  if (c.input_shape(1) != c.input_shape(2)) {
    c.fail(c.describe_input(1), " and ", c.describe_input(2), " should have the same shape");
  }
}

// Only the first import counts.
Kernel prepare_import(PrepareContext&) {
  return [](RunContext& r) {
    Status status;
    const DType key = r.input_dtype(1);
    Table* table = find_table(r, &key, status);
    if (table == nullptr || table->filled) return status;
    std::vector<std::string_view> texts;
    status = read_strings(r, table->from_string ? 1 : 2, texts);
    if (!status.ok()) return status;
    const int64_t* numbers = r.in<int64_t>(table->from_string ? 2 : 1);
    for (size_t i = 0; i < texts.size(); ++i) {
      if (table->from_string) {
        table->numbers.emplace(texts[i], numbers[i]);
      } else {
        table->texts.emplace(numbers[i], texts[i]);
      }
    }
    table->filled = true;
    return status;
  };
}

void infer_find(InferContext& c) {
  check_handle(c);
  check_types(c, c.input_dtype(1), c.input_dtype(2));
  if (c.input_dtype(2) == DType::kString) return c.set_output_at_run(0, DType::kString);
  if (num_elements(c.input_shape(2)) < 1) c.fail(c.describe_input(2), " should hold the default");
  c.set_output(0, c.input_dtype(2), c.input_shape(1));
}

Kernel prepare_find(PrepareContext&) {
  return [](RunContext& r) {
    Status status;
    const DType key = r.input_dtype(1);
    const Table* table = find_table(r, &key, status);
    if (table == nullptr) return status;
    if (!table->filled) return Status::error("hashtable need to be initialized before using");
    std::vector<std::string_view> texts;
    status = read_strings(r, table->from_string ? 1 : 2, texts);
    if (!status.ok()) return status;
    if (table->from_string) {
      for (size_t i = 0; i < texts.size(); ++i) {
        const auto found = table->numbers.find(texts[i]);
        r.out<int64_t>(0)[i] = found != table->numbers.end() ? found->second : *r.in<int64_t>(2);
      }
      return status;
    }
    if (texts.empty()) return Status::error("the default is empty");
    std::vector<std::string_view> results(static_cast<size_t>(num_elements(r.input_shape(1))), texts[0]);
    for (size_t i = 0; i < results.size(); ++i) {
      const auto found = table->texts.find(r.in<int64_t>(1)[i]);
      if (found != table->texts.end()) results[i] = found->second;
    }
    return write_strings(r, 0, r.input_shape(1), results);
  };
}

void infer_size(InferContext& c) {
  check_handle(c);
  c.set_output(0, DType::kInt64, {1});
}

Kernel prepare_size(PrepareContext&) {
  return [](RunContext& r) {
    Status status;
    const Table* table = find_table(r, nullptr, status);
    if (table != nullptr) *r.out<int64_t>(0) = static_cast<int64_t>(table->size());
    return status;
  };
}

constexpr const char* kTypes = "int64 and string";

}  // namespace

extern const OpDef kHashtable, kHashtableImport, kHashtableFind, kHashtableSize;
const OpDef kHashtable = {
    .code = BuiltinOp::kHashtable,
    .inputs = {},
    .outputs = {{"handle"}},
    .options = &schema_of<HashtableOptions>(),
    .infer = infer_table,
    .prepare = prepare_table,
    .types = kTypes,
    .stateful = true,
};
const OpDef kHashtableImport = {
    .code = BuiltinOp::kHashtableImport,
    .inputs = {{"handle"}, {"keys"}, {"values"}},
    .outputs = {},
    .options = &schema_of<HashtableImportOptions>(),
    .infer = infer_import,
    .prepare = prepare_import,
    .types = kTypes,
    .stateful = true,
};
const OpDef kHashtableFind = {
    .code = BuiltinOp::kHashtableFind,
    .inputs = {{"handle"}, {"keys"}, {"default"}},
    .options = &schema_of<HashtableFindOptions>(),
    .infer = infer_find,
    .prepare = prepare_find,
    .types = kTypes,
    .stateful = true,
};
const OpDef kHashtableSize = {
    .code = BuiltinOp::kHashtableSize,
    .inputs = {{"handle"}},
    .options = &schema_of<HashtableSizeOptions>(),
    .infer = infer_size,
    .prepare = prepare_size,
    .types = kTypes,
    .stateful = true,
};

}  // namespace litewright
