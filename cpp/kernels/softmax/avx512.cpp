#include "kernels/softmax/body.h"

namespace litewright {
const SoftmaxVariant kSoftmaxAvx512 = {"f32_softmax_avx512", Isa::kAvx512, softmax, log_softmax};
}
