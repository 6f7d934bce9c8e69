#include "kernels/binary/body.h"

namespace litewright {
const BinaryVariant kBinaryAvx2 = {"binary_avx2", Isa::kAvx2, LITEWRIGHT_BINARY_FUNCTIONS};
}
