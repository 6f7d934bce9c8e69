#include "kernels/quantize/kernel.h"

namespace litewright {
namespace {

// Best first.
constexpr const QuantizeVariant* kVariants[] = {
#ifdef LITEWRIGHT_X86_KERNELS
    &kQuantizeAvx512, &kQuantizeAvx2,
#endif
    &kQuantizePortable};

}  // namespace

const QuantizeVariant& quantize_variant(Isa isa) {
  for (const QuantizeVariant* variant : kVariants) {
    if (isa >= variant->isa) return *variant;
  }
  return kQuantizePortable;
}

}  // namespace litewright
