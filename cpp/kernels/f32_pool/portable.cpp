#include "kernels/f32_pool/body.h"

namespace litewright {

extern const F32PoolKernel kF32PoolPortable = f32_pool("f32_pool_portable", Isa::kPortable);

}  // namespace litewright
