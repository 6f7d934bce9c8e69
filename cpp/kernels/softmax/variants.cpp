#include "kernels/softmax/kernel.h"

namespace litewright {
namespace {

// Best first.
constexpr const SoftmaxVariant* kVariants[] = {
#ifdef LITEWRIGHT_X86_KERNELS
    &kSoftmaxAvx512, &kSoftmaxAvx2,
#endif
    &kSoftmaxPortable};

}  // namespace

const SoftmaxVariant& softmax_variant(Isa isa) {
  for (const SoftmaxVariant* variant : kVariants) {
    if (isa >= variant->isa) return *variant;
  }
  return kSoftmaxPortable;
}

}  // namespace litewright
