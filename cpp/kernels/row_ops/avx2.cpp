#if defined(__AVX2__)
#include "kernels/row_ops/loops.h"

namespace litewright {

extern const RowOps kRowOpsAvx2 = row_ops("row_ops_avx2", Isa::kAvx2);

}  // namespace litewright
#endif
