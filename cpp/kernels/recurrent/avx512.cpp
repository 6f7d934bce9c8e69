#if defined(__AVX512F__)
#include "kernels/recurrent/loops.h"

namespace litewright {

extern const RecurrentOps kRecurrentOpsAvx512 = recurrent_ops("recurrent_avx512", Isa::kAvx512);

}  // namespace litewright
#endif
