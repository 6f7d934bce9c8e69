#include "kernels/recurrent/recurrent.h"

namespace litewright {

extern const RecurrentOps kRecurrentOpsPortable, kRecurrentOpsAvx2, kRecurrentOpsAvx512;

KernelTable<RecurrentOps> recurrent_ops_variants() {
#ifdef LITEWRIGHT_X86_KERNELS
  static const RecurrentOps rows[] = {kRecurrentOpsAvx512, kRecurrentOpsAvx2, kRecurrentOpsPortable};
#else
  static const RecurrentOps rows[] = {kRecurrentOpsPortable};
#endif
  return {rows, static_cast<int>(sizeof(rows) / sizeof(rows[0]))};
}

}  // namespace litewright
