#include "kernels/row_ops/row_ops.h"

namespace litewright {

extern const RowOps kRowOpsPortable, kRowOpsAvx2, kRowOpsAvx512, kRowOpsAvx512Vbmi;

KernelTable<RowOps> row_ops_variants() {
#ifdef LITEWRIGHT_X86_KERNELS
  static const RowOps rows[] = {kRowOpsAvx512Vbmi, kRowOpsAvx512, kRowOpsAvx2, kRowOpsPortable};
#else
  static const RowOps rows[] = {kRowOpsPortable};
#endif
  return {rows, static_cast<int>(sizeof(rows) / sizeof(rows[0]))};
}

}  // namespace litewright
