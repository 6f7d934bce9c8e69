#include "kernels/quantize/body.h"

namespace litewright {
const QuantizeVariant kQuantizeAvx512 = {"quantize_avx512", Isa::kAvx512, LITEWRIGHT_QUANTIZE_FUNCTIONS};
}
