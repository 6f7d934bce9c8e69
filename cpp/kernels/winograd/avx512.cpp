#if defined(__AVX512F__)
#include "kernels/winograd/transforms.h"
#include "kernels/winograd/winograd.h"

namespace litewright {

extern const WinogradKernel kWinogradAvx512;
const WinogradKernel kWinogradAvx512 = {"winograd_avx512", Isa::kAvx512, winograd_input, winograd_output};

}  // namespace litewright
#endif
