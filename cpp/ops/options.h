// What an operator's options hold: nothing, or one struct of option_structs.h. Schemas describe the structs'
// members, so that reading, writing, printing and converting them are loops, not code per struct.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/error.h"
#include "ops/option_list.h"
#include "ops/option_structs.h"

namespace litewright {

// clang-format off
enum class FieldKind : uint8_t {
  kBool, kInt8, kInt32, kUInt32, kInt64, kFloat, kString,
  kBools, kUInt8s, kInt32s, kUInt32s, kInt64s, kFloats,  // vectors
};
// clang-format on

struct OptionField {
  std::string_view name;  // "stride_w"
  FieldKind kind;
  size_t offset;  // of the member in its struct, in bytes
  int id;         // field number in the file format
  // Of an enumeration: the number of its values and their names as the format has them ("SAME"); else 0 and
  // nullptr.
  int enum_count = 0;
  const char* (*enum_name)(int64_t value) = nullptr;
};

struct OptionsSchema {
  std::string_view name;  // "Conv2DOptions"
  int union_number;       // 1: the format's BuiltinOptions, 2: BuiltinOptions2
  int tag;                // its number in that union
  std::span<const OptionField> fields;
  const void* defaults;  // a default-constructed struct
  size_t size;           // of the struct, in bytes
  // Copies into raw memory, and ends what that made; nullptr: the bytes are all there is.
  void (*copy)(void* to, const void* from);
  void (*destroy)(void* value);

  std::shared_ptr<void> clone(const void* value) const;
  const OptionField* find(std::string_view field) const;
};

template <class T>
const OptionsSchema& schema_of() = delete;
#define LITEWRIGHT_DECLARE(UNION, TAG, STRUCT, ...) \
  template <>                                       \
  const OptionsSchema& schema_of<STRUCT>();
LITEWRIGHT_OPTIONS(LITEWRIGHT_DECLARE)
#undef LITEWRIGHT_DECLARE

// Every schema, by union and tag.
const std::vector<const OptionsSchema*>& all_schemas();
const OptionsSchema* find_schema(int union_number, int tag);  // nullptr: unknown
const OptionsSchema* find_schema(std::string_view name);      // nullptr: unknown

// A member's value: booleans, enumerations and integers, floats, text, and their vectors (bytes and booleans
// as integers).
using OptionValue =
    std::variant<bool, int64_t, double, std::string, std::vector<int64_t>, std::vector<double>>;

// Immutable; copies share the struct.
class Options {
 public:
  Options() = default;
  template <class T>
  Options(const T& value)  // NOLINT: implicit, so that an operator's options are written as the struct
      : schema_(&schema_of<T>()), value_(schema_->clone(&value)) {}
  // All defaults.
  explicit Options(const OptionsSchema& schema) : schema_(&schema), value_(schema.clone(schema.defaults)) {}

  bool has_value() const { return schema_ != nullptr; }
  const OptionsSchema* schema() const { return schema_; }
  const void* data() const { return value_.get(); }

  // nullptr: none, or another type.
  template <class T>
  const T* as() const {
    return schema_ == &schema_of<T>() ? static_cast<const T*>(value_.get()) : nullptr;
  }
  // The defaults if there are none; Error if they are of another type.
  template <class T>
  const T& get() const {
    if (schema_ == nullptr) return *static_cast<const T*>(schema_of<T>().defaults);
    if (schema_ != &schema_of<T>()) wrong_type(schema_of<T>());
    return *static_cast<const T*>(value_.get());
  }
  // A copy in which `fill(const OptionField&, void* member)` was called for every member.
  template <class Fill>
  Options filled(const Fill& fill) const {
    Options result;
    if (schema_ == nullptr) return result;
    std::shared_ptr<void> copy = schema_->clone(value_.get());
    for (const OptionField& field : schema_->fields) {
      fill(field, static_cast<void*>(static_cast<char*>(copy.get()) + field.offset));
    }
    result.schema_ = schema_;
    result.value_ = std::move(copy);
    return result;
  }
  const void* member(const OptionField& field) const {
    return static_cast<const char*>(value_.get()) + field.offset;
  }
  bool operator==(const Options& other) const;

 private:
  [[noreturn]] void wrong_type(const OptionsSchema& wanted) const;

  const OptionsSchema* schema_ = nullptr;
  std::shared_ptr<const void> value_;
};

inline Options make_options(const OptionsSchema& schema) { return Options(schema); }
OptionValue get_field(const Options& options, const OptionField& field);
// Errors: the field is not known, the value is of another kind or outside the member's range. Enumerations
// also by name.
void set_field(Options& options, std::string_view field, const OptionValue& value);
std::string to_string(const OptionField& field, const OptionValue& value);
// "Pool2DOptions{padding=VALID, stride_w=2, ...}"; "" for none.
std::string to_string(const Options& options);

}  // namespace litewright
