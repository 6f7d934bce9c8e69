// TensorFlow's element types.
#pragma once

#include <cstdint>
#include <optional>

#include "core/dtype.h"

namespace litewright::tf {

inline constexpr int32_t kInt32 = 3, kString = 7, kResource = 20, kVariant = 21;

// The type of TensorFlow's number (DataType); nothing if the format has none such.
std::optional<DType> dtype_of_number(int32_t number);
// The same; an Error (kUnsupported) that names what has this type.
DType to_dtype(int32_t number, const char* what);

}  // namespace litewright::tf
