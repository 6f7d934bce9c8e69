#if defined(__AVX2__)
#include "kernels/winograd/transforms.h"

namespace litewright {

extern const WinogradRows kWinogradAvx2;
const WinogradRows kWinogradAvx2 = winograd_rows(Isa::kAvx2);

}  // namespace litewright
#endif
