#if defined(__AVX512F__)
#include "kernels/row_ops/loops.h"

namespace litewright {

extern const RowOps kRowOpsAvx512 = row_ops("row_ops_avx512", Isa::kAvx512);

}  // namespace litewright
#endif
