#include "kernels/unary/body.h"

namespace litewright {
const UnaryFunction kUnaryAvx2[kUnaryOpCount] = LITEWRIGHT_UNARY_FUNCTIONS;
}
