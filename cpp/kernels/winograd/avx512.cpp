#if defined(__AVX512F__)
#include "kernels/winograd/transforms.h"

namespace litewright {

extern const WinogradRows kWinogradAvx512;
const WinogradRows kWinogradAvx512 = winograd_rows(Isa::kAvx512);

}  // namespace litewright
#endif
