#include "kernels/winograd/transforms.h"
#include "kernels/winograd/winograd.h"

namespace litewright {

extern const WinogradKernel kWinogradPortable;
const WinogradKernel kWinogradPortable = {"winograd_portable", Isa::kPortable, winograd_input,
                                          winograd_output};

}  // namespace litewright
