#if defined(__AVX512F__)
#include "kernels/f32_pool/body.h"

namespace litewright {

extern const F32PoolKernel kF32PoolAvx512 = f32_pool("f32_pool_avx512", Isa::kAvx512);

}  // namespace litewright
#endif
