#include "kernels/unary/body.h"

namespace litewright {
const UnaryFunction kUnaryAvx512[kUnaryOpCount] = LITEWRIGHT_UNARY_FUNCTIONS;
}
