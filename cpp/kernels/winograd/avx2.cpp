#if defined(__AVX2__)
#include "kernels/winograd/transforms.h"
#include "kernels/winograd/winograd.h"

namespace litewright {

extern const WinogradKernel kWinogradAvx2;
const WinogradKernel kWinogradAvx2 = {"winograd_avx2", Isa::kAvx2, winograd_input, winograd_output};

}  // namespace litewright
#endif
