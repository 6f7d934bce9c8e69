#include "tflite/option_tables.h"

#include <map>
#include <type_traits>

#include "ops/option_visit.h"

namespace litewright {
namespace {

flatbuffers::voffset_t slot(const OptionField& field) {
  return static_cast<flatbuffers::voffset_t>(4 + 2 * field.id);
}

// How a vector's elements are stored.
template <class T>
using Stored = std::conditional_t<std::is_same_v<T, bool>, uint8_t, T>;

template <class T>
void read_field(const flatbuffers::Table& table, const OptionField& field, Budget& budget, T& value) {
  if constexpr (std::is_arithmetic_v<T>) {
    using Scalar = Stored<T>;
    value = static_cast<T>(table.GetField<Scalar>(slot(field), static_cast<Scalar>(value)));
    if (field.enum_count != 0 && (value < T{} || static_cast<int64_t>(value) >= field.enum_count)) {
      fail(ErrorCode::kInvalidModel, "option ", field.name, " has the unknown value ",
           static_cast<int64_t>(value));
    }
  } else if constexpr (std::is_same_v<T, std::string>) {
    value = budget.copy(table.GetPointer<const flatbuffers::String*>(slot(field)));
  } else {
    using Element = typename T::value_type;
    const auto* vector = table.GetPointer<const flatbuffers::Vector<Stored<Element>>*>(slot(field));
    value = budget.copy<Element>(vector);
  }
}

template <class T>
bool verify_field(const flatbuffers::Verifier& verifier, const flatbuffers::Table& table,
                  const OptionField& field) {
  if constexpr (std::is_arithmetic_v<T>) {
    return table.VerifyField<Stored<T>>(verifier, slot(field), sizeof(T));
  } else if constexpr (std::is_same_v<T, std::string>) {
    return table.VerifyOffset(verifier, slot(field)) &&
           verifier.VerifyString(table.GetPointer<const flatbuffers::String*>(slot(field)));
  } else {
    using Elements = flatbuffers::Vector<Stored<typename T::value_type>>;
    return table.VerifyOffset(verifier, slot(field)) &&
           verifier.VerifyVector(table.GetPointer<const Elements*>(slot(field)));
  }
}

}  // namespace

bool verify_options(flatbuffers::Verifier& verifier, const flatbuffers::Table& table,
                    const OptionsSchema& schema) {
  if (!table.VerifyTableStart(verifier)) return false;
  for (const OptionField& field : schema.fields) {
    const void* initial = static_cast<const char*>(schema.defaults) + field.offset;
    const bool fits = visit_field(field.kind, initial,
                                  [&]<class T>(const T&) { return verify_field<T>(verifier, table, field); });
    if (!fits) return false;
  }
  return verifier.EndTable();
}

Options read_options(const flatbuffers::Table& table, const OptionsSchema& schema, Budget& budget) {
  return Options(schema).filled([&](const OptionField& field, void* member) {
    change_field(field.kind, member, [&](auto& value) { read_field(table, field, budget, value); });
  });
}

flatbuffers::Offset<void> write_options(flatbuffers::FlatBufferBuilder& builder, const Options& options) {
  const OptionsSchema& schema = *options.schema();
  std::map<int, flatbuffers::Offset<void>> offsets;  // by field number
  for (const OptionField& field : schema.fields) {
    visit_field(field.kind, options.member(field), [&]<class T>(const T& value) {
      if constexpr (std::is_same_v<T, std::string>) {
        offsets[field.id] = builder.CreateString(value).Union();
      } else if constexpr (!std::is_arithmetic_v<T>) {
        // Runtimes want number vectors even if they are empty; opaque bytes are left out then.
        if (std::is_same_v<T, std::vector<uint8_t>> && value.empty()) return;
        std::vector<Stored<typename T::value_type>> stored(value.begin(), value.end());
        offsets[field.id] = builder.CreateVector(stored).Union();
      }
    });
  }
  const auto start = builder.StartTable();
  for (const size_t size : {8, 4, 1}) {  // large ones first need no padding
    for (const OptionField& field : schema.fields) {
      visit_field(field.kind, static_cast<const char*>(schema.defaults) + field.offset,
                  [&]<class T>(const T& initial) {
                    if constexpr (std::is_arithmetic_v<T>) {
                      if (sizeof(T) != size) return;
                      T value;
                      std::memcpy(&value, options.member(field), sizeof value);
                      builder.AddElement(slot(field), static_cast<Stored<T>>(value),
                                         static_cast<Stored<T>>(initial));
                    } else if (size == 4) {
                      builder.AddOffset(slot(field), offsets[field.id]);
                    }
                  });
    }
  }
  return flatbuffers::Offset<void>(builder.EndTable(start));
}

}  // namespace litewright
