// Element types, numbered as the .tflite format numbers them.
#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>

namespace litewright {

enum class DType : int8_t {
  kFloat32 = 0,
  kFloat16 = 1,
  kInt32 = 2,
  kUInt8 = 3,
  kInt64 = 4,
  kString = 5,
  kBool = 6,
  kInt16 = 7,
  kComplex64 = 8,
  kInt8 = 9,
  kFloat64 = 10,
  kComplex128 = 11,
  kUInt64 = 12,
  kResource = 13,
  kVariant = 14,
  kUInt32 = 15,
  kUInt16 = 16,
  kInt4 = 17,
  kBFloat16 = 18,
  kInt2 = 19,
  kUInt4 = 20,
  kFloat8E4M3FN = 21,
  kFloat8E5M2 = 22,
};
inline constexpr int kDTypeCount = 23;

// "float32", "int8" ...: NumPy's names where NumPy has the type.
const char* dtype_name(DType type);
// "FLOAT32", "INT8" ...: the names LiteRT's messages use.
const char* dtype_upper_name(DType type);
// Bits of one element; 0 for string and variant, which have no fixed size. A resource is an int32 handle.
int dtype_bits(DType type);
// Bytes of one element. Types below a byte answer 1: in memory they are unpacked to one element per byte.
inline size_t dtype_size(DType type) { return static_cast<size_t>((dtype_bits(type) + 7) / 8); }
inline bool is_sub_byte(DType type) { return dtype_bits(type) != 0 && dtype_bits(type) < 8; }
bool is_integer(DType type);   // signed, unsigned and sub-byte integers, not bool
bool is_floating(DType type);  // float16, bfloat16, float32, float64

// IEEE half precision as stored; converted by core/float16.h.
struct Half {
  uint16_t bits;
  bool operator==(const Half&) const = default;
};
struct BFloat16 {
  uint16_t bits;
  bool operator==(const BFloat16&) const = default;
};

template <class T>
struct DTypeOf;
#define LITEWRIGHT_DTYPE_OF(T, D)            \
  template <>                                \
  struct DTypeOf<T> {                        \
    static constexpr DType value = DType::D; \
  }
LITEWRIGHT_DTYPE_OF(float, kFloat32);
LITEWRIGHT_DTYPE_OF(double, kFloat64);
LITEWRIGHT_DTYPE_OF(Half, kFloat16);
LITEWRIGHT_DTYPE_OF(BFloat16, kBFloat16);
LITEWRIGHT_DTYPE_OF(int8_t, kInt8);
LITEWRIGHT_DTYPE_OF(uint8_t, kUInt8);
LITEWRIGHT_DTYPE_OF(int16_t, kInt16);
LITEWRIGHT_DTYPE_OF(uint16_t, kUInt16);
LITEWRIGHT_DTYPE_OF(int32_t, kInt32);
LITEWRIGHT_DTYPE_OF(uint32_t, kUInt32);
LITEWRIGHT_DTYPE_OF(int64_t, kInt64);
LITEWRIGHT_DTYPE_OF(uint64_t, kUInt64);
LITEWRIGHT_DTYPE_OF(bool, kBool);
LITEWRIGHT_DTYPE_OF(std::complex<float>, kComplex64);
LITEWRIGHT_DTYPE_OF(std::complex<double>, kComplex128);
#undef LITEWRIGHT_DTYPE_OF
template <class T>
inline constexpr DType dtype_of = DTypeOf<T>::value;

}  // namespace litewright
