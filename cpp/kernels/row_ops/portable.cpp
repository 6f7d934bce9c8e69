#include "kernels/row_ops/loops.h"

namespace litewright {

extern const RowOps kRowOpsPortable = row_ops("row_ops_portable", Isa::kPortable);

}  // namespace litewright
