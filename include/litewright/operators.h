// An operator table of the application's own, which makes a program that carries only these operators' code.
// Included by the file that `litewright opgen` writes, after it defines
//   LITEWRIGHT_OPERATORS(X)         X(kAdd) X(kConv2D) ...        rows as in the library's own table
//   LITEWRIGHT_CUSTOM_OPERATORS(X)  X(kMfcc) ...                  custom operators that the library has
// The file is linked into the program together with litewright::runtime, the static library, whose full table
// stays out.
#pragma once

#include <span>

namespace litewright {

struct OpDef;
struct CustomOpDef;
struct OptionsSchema;

#define LITEWRIGHT_ROW(NAME) extern const OpDef NAME;
LITEWRIGHT_OPERATORS(LITEWRIGHT_ROW)
#undef LITEWRIGHT_ROW
#define LITEWRIGHT_ROW(NAME) extern const CustomOpDef NAME;
LITEWRIGHT_CUSTOM_OPERATORS(LITEWRIGHT_ROW)
#undef LITEWRIGHT_ROW

// Each table ends with one null that is not part of it, so that empty ones compile.
#define LITEWRIGHT_ROW(NAME) &NAME,
std::span<const OpDef* const> all_ops() {
  static constexpr const OpDef* kRows[] = {LITEWRIGHT_OPERATORS(LITEWRIGHT_ROW) nullptr};
  return {kRows, std::size(kRows) - 1};
}
std::span<const CustomOpDef* const> all_custom_ops() {
  static constexpr const CustomOpDef* kRows[] = {LITEWRIGHT_CUSTOM_OPERATORS(LITEWRIGHT_ROW) nullptr};
  return {kRows, std::size(kRows) - 1};
}
#undef LITEWRIGHT_ROW

const OptionsSchema* find_schema_of_operators(int union_number, int tag);
const OptionsSchema* find_schema(int union_number, int tag) {
  return find_schema_of_operators(union_number, tag);
}

}  // namespace litewright
