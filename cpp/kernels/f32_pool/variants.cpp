#include "kernels/f32_pool/f32_pool.h"

namespace litewright {

extern const F32PoolKernel kF32PoolPortable, kF32PoolAvx2, kF32PoolAvx512;

KernelTable<F32PoolKernel> f32_pool_kernels() {
#ifdef LITEWRIGHT_X86_KERNELS
  static const F32PoolKernel rows[] = {kF32PoolAvx512, kF32PoolAvx2, kF32PoolPortable};
#else
  static const F32PoolKernel rows[] = {kF32PoolPortable};
#endif
  return {rows, static_cast<int>(sizeof(rows) / sizeof(rows[0]))};
}

}  // namespace litewright
