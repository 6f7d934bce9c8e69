#if defined(__AVX512VBMI__)
#include "kernels/row_ops/loops.h"

namespace litewright {

extern const RowOps kRowOpsAvx512Vbmi = row_ops("row_ops_avx512vbmi", Isa::kAvx512Vbmi);

}  // namespace litewright
#endif
