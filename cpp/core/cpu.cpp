#include "core/cpu.h"

#include <algorithm>
#include <cstdlib>
#include <string>

#include "core/error.h"

namespace litewright {
namespace {

constexpr const char* kNames[kIsaCount] = {"portable", "avx2", "avx512", "avx512vnni"};

Isa forced_isa() {
  const char* name = std::getenv("LITEWRIGHT_FORCE_ISA");
  if (name == nullptr || *name == 0) return detect_isa();
  for (int i = 0; i < kIsaCount; ++i) {
    if (std::string(kNames[i]) == name) return std::min(static_cast<Isa>(i), detect_isa());
  }
  fail(ErrorCode::kInvalidArgument, "LITEWRIGHT_FORCE_ISA is '", name,
       "'; it should be one of portable, avx2, avx512, avx512vnni");
}

}  // namespace

const char* isa_name(Isa isa) { return kNames[static_cast<int>(isa)]; }

Isa detect_isa() {
#ifdef LITEWRIGHT_X86_KERNELS
  // GCC's and Clang's builtin also checks that the operating system saves the registers.
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return Isa::kPortable;
  if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
      !__builtin_cpu_supports("avx512dq") || !__builtin_cpu_supports("avx512vl")) {
    return Isa::kAvx2;
  }
  return __builtin_cpu_supports("avx512vnni") ? Isa::kAvx512Vnni : Isa::kAvx512;
#else
  return Isa::kPortable;
#endif
}

Isa current_isa() {
  static const Isa isa = forced_isa();
  return isa;
}

}  // namespace litewright
