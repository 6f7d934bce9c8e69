#include "kernels/softmax/body.h"

namespace litewright {
const SoftmaxVariant kSoftmaxAvx2 = {"f32_softmax_avx2", Isa::kAvx2, softmax, log_softmax};
}
