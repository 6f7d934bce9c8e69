#include "kernels/binary/body.h"

namespace litewright {
const BinaryVariant kBinaryAvx512 = {"binary_avx512", Isa::kAvx512, LITEWRIGHT_BINARY_FUNCTIONS};
}
