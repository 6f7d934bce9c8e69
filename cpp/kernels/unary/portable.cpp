#include "kernels/unary/body.h"

namespace litewright {
const UnaryFunction kUnaryPortable[kUnaryOpCount] = LITEWRIGHT_UNARY_FUNCTIONS;
}
