#include "kernels/binary/body.h"

namespace litewright {
const BinaryVariant kBinaryPortable = {"binary_portable", Isa::kPortable, LITEWRIGHT_BINARY_FUNCTIONS};
}
