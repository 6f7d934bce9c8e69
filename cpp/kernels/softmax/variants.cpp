#include "kernels/softmax/kernel.h"

namespace litewright {
namespace {

// Best first.
constexpr const SoftmaxVariant* kVariants[] = {
#if defined(__x86_64__)
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
