// Typed access to the members of an options struct through its schema.
#pragma once

#include <cstring>

#include "ops/options.h"

namespace litewright {

// Calls `visit` with the member's value: bool, int8_t, int32_t, uint32_t, int64_t, float, a string or a
// vector.
template <class Visit>
auto visit_field(FieldKind kind, const void* member, const Visit& visit) {
  const auto scalar = [&]<class T>(T value) {
    std::memcpy(&value, member, sizeof value);  // enumerations are stored as their underlying type
    return visit(value);
  };
  switch (kind) {
    case FieldKind::kBool:
      return scalar(bool{});
    case FieldKind::kInt8:
      return scalar(int8_t{});
    case FieldKind::kInt32:
      return scalar(int32_t{});
    case FieldKind::kUInt32:
      return scalar(uint32_t{});
    case FieldKind::kInt64:
      return scalar(int64_t{});
    case FieldKind::kFloat:
      return scalar(float{});
    case FieldKind::kString:
      return visit(*static_cast<const std::string*>(member));
    case FieldKind::kBools:
      return visit(*static_cast<const std::vector<bool>*>(member));
    case FieldKind::kUInt8s:
      return visit(*static_cast<const std::vector<uint8_t>*>(member));
    case FieldKind::kInt32s:
      return visit(*static_cast<const std::vector<int32_t>*>(member));
    case FieldKind::kUInt32s:
      return visit(*static_cast<const std::vector<uint32_t>*>(member));
    case FieldKind::kInt64s:
      return visit(*static_cast<const std::vector<int64_t>*>(member));
    case FieldKind::kFloats:
      break;
  }
  return visit(*static_cast<const std::vector<float>*>(member));
}

// Calls `change` with a reference to the member, typed as above.
template <class Change>
void change_field(FieldKind kind, void* member, const Change& change) {
  visit_field(kind, member, [&]<class T>(const T& current) {
    T value = current;
    change(value);
    if constexpr (std::is_arithmetic_v<T>) {
      std::memcpy(member, &value, sizeof value);
    } else {
      *static_cast<T*>(member) = std::move(value);
    }
  });
}

}  // namespace litewright
