#include "importers/tf/types.h"

#include <utility>

#include "core/error.h"

namespace litewright::tf {

std::optional<DType> dtype_of_number(int32_t number) {
  constexpr std::pair<int32_t, DType> kTypes[] = {
      {1, DType::kFloat32},     {2, DType::kFloat64},  {3, DType::kInt32},     {4, DType::kUInt8},
      {5, DType::kInt16},       {6, DType::kInt8},     {7, DType::kString},    {8, DType::kComplex64},
      {9, DType::kInt64},       {10, DType::kBool},    {14, DType::kBFloat16}, {17, DType::kUInt16},
      {18, DType::kComplex128}, {19, DType::kFloat16}, {20, DType::kResource}, {21, DType::kVariant},
      {22, DType::kUInt32},     {23, DType::kUInt64},
  };
  for (const auto& [tf, ours] : kTypes) {
    if (tf == number) return ours;
  }
  return std::nullopt;
}

DType to_dtype(int32_t number, const char* what) {
  const std::optional<DType> dtype = dtype_of_number(number);
  if (!dtype)
    fail(ErrorCode::kUnsupported, what, " has TensorFlow's element type ", number, ", which TFLite has not");
  return *dtype;
}

}  // namespace litewright::tf
