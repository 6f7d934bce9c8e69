#include <complex>
#include <limits>
#include <type_traits>

#include "core/float16.h"
#include "ops/elementwise.h"

namespace litewright {
namespace {

template <class T>
constexpr bool kIsComplex = std::is_same_v<T, std::complex<float>>;
template <class T>
constexpr bool kIsNarrowFloat = std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>;

// The value as one of C++'s own arithmetic types; of complex numbers the real part.
template <class T>
auto plain(T x) {
  if constexpr (std::is_same_v<T, Half>) {
    return half_to_float(x);
  } else if constexpr (std::is_same_v<T, BFloat16>) {
    return bfloat16_to_float(x);
  } else if constexpr (kIsComplex<T>) {
    return x.real();
  } else {
    return x;
  }
}

// Toward zero; what does not fit becomes the nearest that does, NaN 0.
template <class To, class From>
To saturate(From x) {
  if (std::isnan(x)) return To(0);
  if (x <= static_cast<From>(std::numeric_limits<To>::lowest())) return std::numeric_limits<To>::lowest();
  if (x >= static_cast<From>(std::numeric_limits<To>::max())) return std::numeric_limits<To>::max();
  return static_cast<To>(x);
}

template <class To, class From>
To convert(From from) {
  const auto x = plain(from);
  using X = decltype(x);
  if constexpr (std::is_same_v<To, Half>) {
    return float_to_half(static_cast<float>(x));
  } else if constexpr (std::is_same_v<To, BFloat16>) {
    return float_to_bfloat16(static_cast<float>(x));
  } else if constexpr (kIsComplex<To>) {
    if constexpr (kIsComplex<From>) return from;
    return {static_cast<float>(x), 0.0f};
  } else if constexpr (std::is_same_v<To, bool>) {
    return x != 0;
  } else if constexpr (std::is_floating_point_v<std::remove_const_t<X>> && std::is_integral_v<To>) {
    return saturate<To>(x);
  } else {
    return static_cast<To>(x);
  }
}

template <class From>
Kernel cast_from(const NodeContext& c) {
  switch (c.output_dtype(0)) {
#define LITEWRIGHT_CASE(D, T) \
  case DType::D:              \
    return map_kernel<From, T>(c, convert<T, From>);
    LITEWRIGHT_CASE(kFloat32, float)
    LITEWRIGHT_CASE(kFloat64, double)
    LITEWRIGHT_CASE(kFloat16, Half)
    LITEWRIGHT_CASE(kBFloat16, BFloat16)
    LITEWRIGHT_CASE(kInt8, int8_t)
    LITEWRIGHT_CASE(kUInt8, uint8_t)
    LITEWRIGHT_CASE(kInt16, int16_t)
    LITEWRIGHT_CASE(kUInt16, uint16_t)
    LITEWRIGHT_CASE(kInt32, int32_t)
    LITEWRIGHT_CASE(kUInt32, uint32_t)
    LITEWRIGHT_CASE(kInt64, int64_t)
    LITEWRIGHT_CASE(kBool, bool)
    LITEWRIGHT_CASE(kComplex64, std::complex<float>)
#undef LITEWRIGHT_CASE
    case DType::kInt4:
    case DType::kInt2:
    case DType::kUInt4:
      if constexpr (std::is_same_v<From, float>) {
        const IntRange range = quantized_type_range(c.output_dtype(0));
        return map_kernel<float, int8_t>(c, [range](float x) {
          return static_cast<int8_t>(
              std::min(std::max(x, static_cast<float>(range.min)), static_cast<float>(range.max)));
        });
      }
      [[fallthrough]];
    default:
      c.fail(dtype_name(c.input_dtype(0)), " cannot become ", dtype_name(c.output_dtype(0)));
  }
}

void infer(InferContext& c) {
  const DType declared = c.declares_outputs() ? c.output_dtype(0) : c.options<CastOptions>().out_data_type;
  c.set_output(0, declared, c.input_shape(0));
}

Kernel prepare(PrepareContext& c) {
  switch (c.input_dtype(0)) {
    case DType::kFloat32:
      return cast_from<float>(c);
    case DType::kFloat64:
      return cast_from<double>(c);
    case DType::kFloat16:
      return cast_from<Half>(c);
    case DType::kBFloat16:
      return cast_from<BFloat16>(c);
    case DType::kInt8:
      return cast_from<int8_t>(c);
    case DType::kUInt8:
      return cast_from<uint8_t>(c);
    case DType::kInt16:
      return cast_from<int16_t>(c);
    case DType::kUInt16:
      return cast_from<uint16_t>(c);
    case DType::kInt32:
      return cast_from<int32_t>(c);
    case DType::kUInt32:
      return cast_from<uint32_t>(c);
    case DType::kInt64:
      return cast_from<int64_t>(c);
    case DType::kBool:
      return cast_from<bool>(c);
    case DType::kComplex64:
      return cast_from<std::complex<float>>(c);
    case DType::kInt4:
    case DType::kInt2:
    case DType::kUInt4:
      if (c.output_dtype(0) == DType::kFloat32) {
        return c.input_dtype(0) == DType::kUInt4 ? map_kernel<uint8_t, float>(c, convert<float, uint8_t>)
                                                 : map_kernel<int8_t, float>(c, convert<float, int8_t>);
      }
      [[fallthrough]];
    default:
      refuse_dtype(c);
  }
}

}  // namespace

extern const OpDef kCast;
const OpDef kCast = {
    .code = BuiltinOp::kCast,
    .max_version = 9,
    .inputs = {{"x"}},
    .options = &schema_of<CastOptions>(),
    .infer = infer,
    .prepare = prepare,
    .types =
        "float32, float64, float16, bfloat16, int8 ... int64, uint8 ... uint32, bool, complex64; int2, int4 "
        "and "
        "uint4 from and to float32",
};

}  // namespace litewright
