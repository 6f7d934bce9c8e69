#include "kernels/binary/kernel.h"

namespace litewright {
namespace {

// Best first.
constexpr const BinaryVariant* kVariants[] = {
#ifdef LITEWRIGHT_X86_KERNELS
    &kBinaryAvx512, &kBinaryAvx2,
#endif
    &kBinaryPortable};

}  // namespace

const BinaryVariant& binary_variant(Isa isa) {
  for (const BinaryVariant* variant : kVariants) {
    if (isa >= variant->isa) return *variant;
  }
  return kBinaryPortable;
}

}  // namespace litewright
