#include <iterator>

#include "kernels/unary/kernel.h"

namespace litewright {
namespace {

// Best first.
constexpr UnaryVariant kVariants[] = {
#ifdef LITEWRIGHT_X86_KERNELS
    {"f32_unary_avx512", Isa::kAvx512, kUnaryAvx512},
    {"f32_unary_avx2", Isa::kAvx2, kUnaryAvx2},
#endif
    {"f32_unary_portable", Isa::kPortable, kUnaryPortable},
};

}  // namespace

const UnaryVariant& unary_variant(Isa isa) {
  for (const UnaryVariant& variant : kVariants) {
    if (isa >= variant.isa) return variant;
  }
  return kVariants[std::size(kVariants) - 1];
}

}  // namespace litewright
