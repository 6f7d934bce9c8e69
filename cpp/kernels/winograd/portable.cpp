#include "kernels/winograd/transforms.h"

namespace litewright {

extern const WinogradRows kWinogradPortable;
const WinogradRows kWinogradPortable = winograd_rows(Isa::kPortable);

}  // namespace litewright
