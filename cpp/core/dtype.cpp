#include "core/dtype.h"

namespace litewright {
namespace {

enum class Kind { kOther, kInteger, kFloating };
struct Row {
  const char* name;
  const char* upper_name;
  int bits;
  Kind kind;
};

// In the order of the enum.
constexpr Row kRows[kDTypeCount] = {
    {"float32", "FLOAT32", 32, Kind::kFloating},
    {"float16", "FLOAT16", 16, Kind::kFloating},
    {"int32", "INT32", 32, Kind::kInteger},
    {"uint8", "UINT8", 8, Kind::kInteger},
    {"int64", "INT64", 64, Kind::kInteger},
    {"string", "STRING", 0, Kind::kOther},
    {"bool", "BOOL", 8, Kind::kOther},
    {"int16", "INT16", 16, Kind::kInteger},
    {"complex64", "COMPLEX64", 64, Kind::kOther},
    {"int8", "INT8", 8, Kind::kInteger},
    {"float64", "FLOAT64", 64, Kind::kFloating},
    {"complex128", "COMPLEX128", 128, Kind::kOther},
    {"uint64", "UINT64", 64, Kind::kInteger},
    {"resource", "RESOURCE", 32, Kind::kOther},
    {"variant", "VARIANT", 0, Kind::kOther},
    {"uint32", "UINT32", 32, Kind::kInteger},
    {"uint16", "UINT16", 16, Kind::kInteger},
    {"int4", "INT4", 4, Kind::kInteger},
    {"bfloat16", "BFLOAT16", 16, Kind::kFloating},
    {"int2", "INT2", 2, Kind::kInteger},
    {"uint4", "UINT4", 4, Kind::kInteger},
    {"float8_e4m3fn", "FLOAT8_E4M3FN", 8, Kind::kOther},
    {"float8_e5m2", "FLOAT8_E5M2", 8, Kind::kOther},
};
constexpr Row kUnknown = {"unknown", "UNKNOWN", 0, Kind::kOther};

const Row& row(DType type) {
  const int index = static_cast<int>(type);
  return index >= 0 && index < kDTypeCount ? kRows[index] : kUnknown;
}

}  // namespace

const char* dtype_name(DType type) { return row(type).name; }
const char* dtype_upper_name(DType type) { return row(type).upper_name; }
int dtype_bits(DType type) { return row(type).bits; }
bool is_integer(DType type) { return row(type).kind == Kind::kInteger; }
bool is_floating(DType type) { return row(type).kind == Kind::kFloating; }

}  // namespace litewright
