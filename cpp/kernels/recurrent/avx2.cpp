#if defined(__AVX2__)
#include "kernels/recurrent/loops.h"

namespace litewright {

extern const RecurrentOps kRecurrentOpsAvx2 = recurrent_ops("recurrent_avx2", Isa::kAvx2);

}  // namespace litewright
#endif
