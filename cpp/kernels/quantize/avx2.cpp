#include "kernels/quantize/body.h"

namespace litewright {
const QuantizeVariant kQuantizeAvx2 = {"quantize_avx2", Isa::kAvx2, LITEWRIGHT_QUANTIZE_FUNCTIONS};
}
