#if defined(__AVX2__)
#include "kernels/f32_pool/body.h"

namespace litewright {

extern const F32PoolKernel kF32PoolAvx2 = f32_pool("f32_pool_avx2", Isa::kAvx2);

}  // namespace litewright
#endif
