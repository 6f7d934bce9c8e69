// Every options struct of the format. An application with its own operator table knows only its operators'
// ones.
#include "ops/options.h"

namespace litewright {

const std::vector<const OptionsSchema*>& all_schemas() {
  static const std::vector<const OptionsSchema*> schemas = {
#define LITEWRIGHT_SCHEMA(UNION, TAG, STRUCT, ...) &schema_of<STRUCT>(),
      LITEWRIGHT_OPTIONS(LITEWRIGHT_SCHEMA)};
#undef LITEWRIGHT_SCHEMA
  return schemas;
}

const OptionsSchema* find_schema(int union_number, int tag) {
  for (const OptionsSchema* schema : all_schemas()) {
    if (schema->union_number == union_number && schema->tag == tag) return schema;
  }
  return nullptr;
}

const OptionsSchema* find_schema(std::string_view name) {
  for (const OptionsSchema* schema : all_schemas()) {
    if (schema->name == name) return schema;
  }
  return nullptr;
}

}  // namespace litewright
