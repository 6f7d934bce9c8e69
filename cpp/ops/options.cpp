#include "ops/options.h"

#include <array>
#include <concepts>
#include <cstddef>
#include <limits>
#include <new>
#include <sstream>
#include <type_traits>

#include "ops/option_visit.h"

namespace litewright {
namespace {

// The format's names of each enumeration's values, by number.
template <class E>
constexpr std::array<const char*, 0> kEnumNames{};
#define LITEWRIGHT_ENUM_NAMES(E, ...) \
  template <>                         \
  constexpr auto kEnumNames<E> = std::to_array<const char*>({__VA_ARGS__});
LITEWRIGHT_ENUM_NAMES(Padding, "SAME", "VALID")
LITEWRIGHT_ENUM_NAMES(Activation, "NONE", "RELU", "RELU_N1_TO_1", "RELU6", "TANH", "SIGN_BIT")
LITEWRIGHT_ENUM_NAMES(LSHProjectionType, "UNKNOWN", "SPARSE", "DENSE")
LITEWRIGHT_ENUM_NAMES(FullyConnectedWeightsFormat, "DEFAULT", "SHUFFLED4x16INT8")
LITEWRIGHT_ENUM_NAMES(LSTMKernelType, "FULL", "BASIC")
LITEWRIGHT_ENUM_NAMES(CombinerType, "SUM", "MEAN", "SQRTN")
LITEWRIGHT_ENUM_NAMES(MirrorPadMode, "REFLECT", "SYMMETRIC")
LITEWRIGHT_ENUM_NAMES(StablehloComparisonDirection, "EQ", "NE", "GE", "GT", "LE", "LT")
LITEWRIGHT_ENUM_NAMES(StablehloComparisonType, "NOTYPE", "FLOAT", "FLOAT_TOTAL_ORDER", "SIGNED", "UNSIGNED")
LITEWRIGHT_ENUM_NAMES(RngAlgorithm, "DEFAULT", "PHILOX", "THREEFRY")
LITEWRIGHT_ENUM_NAMES(ReduceWindowFunction, "UNSUPPORTED", "ADD", "MUL", "MINIMUM", "MAXIMUM", "ALL", "ANY")
LITEWRIGHT_ENUM_NAMES(CustomOptionsFormat, "FLEXBUFFERS")
#undef LITEWRIGHT_ENUM_NAMES

template <class E>
const char* enum_name(int64_t value) {
  if constexpr (std::is_same_v<E, DType>) {
    return value >= 0 && value < kDTypeCount ? dtype_upper_name(static_cast<DType>(value)) : "UNKNOWN";
  } else {
    const auto& names = kEnumNames<E>;
    return value >= 0 && value < static_cast<int64_t>(names.size()) ? names[value] : "UNKNOWN";
  }
}

template <class Member>
constexpr FieldKind kind_of() {
  if constexpr (std::is_enum_v<Member>) {
    return kind_of<std::underlying_type_t<Member>>();
  } else {
    constexpr std::array<bool, 13> is{std::is_same_v<Member, bool>,
                                      std::is_same_v<Member, int8_t>,
                                      std::is_same_v<Member, int32_t>,
                                      std::is_same_v<Member, uint32_t>,
                                      std::is_same_v<Member, int64_t>,
                                      std::is_same_v<Member, float>,
                                      std::is_same_v<Member, std::string>,
                                      std::is_same_v<Member, std::vector<bool>>,
                                      std::is_same_v<Member, std::vector<uint8_t>>,
                                      std::is_same_v<Member, std::vector<int32_t>>,
                                      std::is_same_v<Member, std::vector<uint32_t>>,
                                      std::is_same_v<Member, std::vector<int64_t>>,
                                      std::is_same_v<Member, std::vector<float>>};
    for (size_t i = 0; i < is.size(); ++i) {
      if (is[i]) return static_cast<FieldKind>(i);
    }
    throw "a member type without a FieldKind";  // not a constant expression, so it does not compile
  }
}

template <class T>
const T kDefaults{};

// Offsets are within the struct; the numbers of the fields follow from their order.
template <class Member>
constexpr OptionField field_of(std::string_view name, size_t offset) {
  OptionField field{name, kind_of<Member>(), offset, 0};
  if constexpr (std::is_enum_v<Member>) {
    field.enum_count =
        std::is_same_v<Member, DType> ? kDTypeCount : static_cast<int>(kEnumNames<Member>.size());
    field.enum_name = enum_name<Member>;
  }
  return field;
}

template <size_t N>
constexpr std::array<OptionField, N> numbered(int first_id, std::initializer_list<OptionField> fields) {
  std::array<OptionField, N> result{};
  size_t i = 0;
  for (OptionField field : fields) {
    field.id = first_id++;
    result[i++] = field;
  }
  return result;
}

template <class T>
constexpr OptionsSchema describe(std::string_view name, int union_number, int tag,
                                 std::span<const OptionField> fields) {
  OptionsSchema schema{name, union_number, tag, fields, &kDefaults<T>, sizeof(T), nullptr, nullptr};
  if constexpr (!std::is_trivially_copyable_v<T>) {
    schema.copy = [](void* to, const void* from) { new (to) T(*static_cast<const T*>(from)); };
    schema.destroy = [](void* value) { static_cast<T*>(value)->~T(); };
  }
  return schema;
}

}  // namespace

// LITEWRIGHT_EACH(a, b, ...) is LITEWRIGHT_FIELD(a) LITEWRIGHT_FIELD(b) ...
#define LITEWRIGHT_PARENS ()
#define LITEWRIGHT_RESCAN(...) LITEWRIGHT_RESCAN1(LITEWRIGHT_RESCAN1(LITEWRIGHT_RESCAN1(__VA_ARGS__)))
#define LITEWRIGHT_RESCAN1(...) LITEWRIGHT_RESCAN2(LITEWRIGHT_RESCAN2(LITEWRIGHT_RESCAN2(__VA_ARGS__)))
#define LITEWRIGHT_RESCAN2(...) LITEWRIGHT_RESCAN3(LITEWRIGHT_RESCAN3(LITEWRIGHT_RESCAN3(__VA_ARGS__)))
#define LITEWRIGHT_RESCAN3(...) __VA_ARGS__
#define LITEWRIGHT_EACH(...) __VA_OPT__(LITEWRIGHT_RESCAN(LITEWRIGHT_STEP(__VA_ARGS__)))
#define LITEWRIGHT_STEP(FIRST, ...) \
  LITEWRIGHT_FIELD(FIRST) __VA_OPT__(LITEWRIGHT_AGAIN LITEWRIGHT_PARENS(__VA_ARGS__))
#define LITEWRIGHT_AGAIN() LITEWRIGHT_STEP
#define LITEWRIGHT_FIELD(NAME) field_of<decltype(Struct::NAME)>(#NAME, offsetof(Struct, NAME)),

#define LITEWRIGHT_DEFINE(UNION, TAG, STRUCT, FIRST_ID, ...)                                           \
  template <>                                                                                          \
  const OptionsSchema& schema_of<STRUCT>() {                                                           \
    using Struct [[maybe_unused]] = STRUCT;                                                            \
    constexpr size_t kCount = std::initializer_list<OptionField>{LITEWRIGHT_EACH(__VA_ARGS__)}.size(); \
    static constexpr auto kFields = numbered<kCount>(FIRST_ID, {LITEWRIGHT_EACH(__VA_ARGS__)});        \
    static constexpr OptionsSchema kSchema = describe<STRUCT>(#STRUCT, UNION, TAG, kFields);           \
    return kSchema;                                                                                    \
  }
LITEWRIGHT_OPTIONS(LITEWRIGHT_DEFINE)

std::shared_ptr<void> OptionsSchema::clone(const void* value) const {
  void* memory = ::operator new(size);
  if (copy == nullptr) {
    std::memcpy(memory, value, size);
    return std::shared_ptr<void>(memory, [](void* held) { ::operator delete(held); });
  }
  try {
    copy(memory, value);
  } catch (...) {
    ::operator delete(memory);
    throw;
  }
  return std::shared_ptr<void>(memory, [destroy = destroy](void* held) {
    destroy(held);
    ::operator delete(held);
  });
}

const OptionField* OptionsSchema::find(std::string_view field) const {
  for (const OptionField& candidate : fields) {
    if (candidate.name == field) return &candidate;
  }
  return nullptr;
}

void Options::wrong_type(const OptionsSchema& wanted) const {
  fail(ErrorCode::kInvalidModel, "the operator has ", schema_->name, " where ", wanted.name, " is needed");
}

bool Options::operator==(const Options& other) const {
  if (schema_ != other.schema_) return false;
  if (schema_ == nullptr || value_ == other.value_) return true;
  for (const OptionField& field : schema_->fields) {
    if (get_field(*this, field) != get_field(other, field)) return false;
  }
  return true;
}

OptionValue get_field(const Options& options, const OptionField& field) {
  return visit_field(field.kind, options.member(field), []<class T>(const T& value) -> OptionValue {
    if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, std::string>) {
      return value;
    } else if constexpr (std::is_floating_point_v<T>) {
      return double{value};
    } else if constexpr (std::is_integral_v<T>) {
      return int64_t{value};
    } else if constexpr (std::is_same_v<T, std::vector<float>>) {
      return std::vector<double>(value.begin(), value.end());
    } else {
      return std::vector<int64_t>(value.begin(), value.end());
    }
  });
}

namespace {

// Converts one given value (V) to one member value (M); false where M cannot hold it.
template <class M, class V>
bool convert(const OptionField& field, const V& from, M& to) {
  if constexpr (std::is_same_v<M, V>) {
    to = from;
    return field.enum_count == 0 || !std::is_integral_v<M>;
  } else if constexpr (std::is_same_v<V, std::string>) {
    if constexpr (std::is_integral_v<M> && !std::is_same_v<M, bool>) {
      for (int i = 0; i < field.enum_count; ++i) {
        if (from == field.enum_name(i)) return to = static_cast<M>(i), true;
      }
    }
    return false;
  } else if constexpr (std::is_same_v<M, std::string> || std::is_arithmetic_v<M> != std::is_arithmetic_v<V>) {
    return false;
  } else if constexpr (std::is_arithmetic_v<M>) {
    if constexpr (std::is_floating_point_v<M>) {
      to = static_cast<M>(from);
      return true;
    } else if constexpr (std::is_floating_point_v<V>) {
      return false;
    } else {
      to = static_cast<M>(from);
      const auto number = static_cast<int64_t>(from);
      if (static_cast<int64_t>(to) != number) return false;
      return field.enum_count == 0 || (number >= 0 && number < field.enum_count);
    }
  } else {
    to.clear();
    for (const auto element : from) {
      typename M::value_type converted{};
      if (!convert(field, element, converted)) return false;
      to.push_back(converted);
    }
    return true;
  }
}

}  // namespace

void set_field(Options& options, std::string_view name, const OptionValue& value) {
  const OptionsSchema* schema = options.schema();
  const OptionField* wanted = schema == nullptr ? nullptr : schema->find(name);
  if (wanted == nullptr) {
    fail(ErrorCode::kInvalidArgument, schema == nullptr ? "no options" : schema->name, " have a field '",
         name, "'");
  }
  options = options.filled([&](const OptionField& field, void* member) {
    if (&field != wanted) return;
    change_field(field.kind, member, [&](auto& to) {
      const bool ok = std::visit([&](const auto& from) { return convert(field, from, to); }, value);
      if (!ok) {
        fail(ErrorCode::kInvalidArgument, schema->name, ".", name, " cannot be ", to_string(field, value));
      }
    });
  });
}

std::string to_string(const OptionField& field, const OptionValue& value) {
  std::ostringstream out;
  std::visit(
      [&]<class T>(const T& v) {
        if constexpr (std::is_same_v<T, bool>) {
          out << (v ? "true" : "false");
        } else if constexpr (std::is_same_v<T, std::string>) {
          out << '\'' << v << '\'';
        } else if constexpr (std::is_arithmetic_v<T>) {
          const bool named = field.enum_count != 0 && v >= 0 && v < field.enum_count;
          if (named) {
            out << field.enum_name(static_cast<int64_t>(v));
          } else {
            out << v;
          }
        } else {
          const char* separator = "[";
          for (const auto element : v) out << std::exchange(separator, ", ") << element;
          out << (v.empty() ? "[]" : "]");
        }
      },
      value);
  return out.str();
}

std::string to_string(const Options& options) {
  if (!options.has_value()) return "";
  std::string text = std::string(options.schema()->name) + "{";
  const char* separator = "";
  for (const OptionField& field : options.schema()->fields) {
    text +=
        concat(std::exchange(separator, ", "), field.name, "=", to_string(field, get_field(options, field)));
  }
  return text + "}";
}

}  // namespace litewright
