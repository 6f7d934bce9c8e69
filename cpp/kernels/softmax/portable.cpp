#include "kernels/softmax/body.h"

namespace litewright {
const SoftmaxVariant kSoftmaxPortable = {"f32_softmax_portable", Isa::kPortable, softmax, log_softmax};
}
