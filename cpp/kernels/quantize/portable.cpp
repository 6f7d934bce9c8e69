#include "kernels/quantize/body.h"

namespace litewright {
const QuantizeVariant kQuantizePortable = {"quantize_portable", Isa::kPortable,
                                           LITEWRIGHT_QUANTIZE_FUNCTIONS};
}
