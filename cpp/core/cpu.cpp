#include "core/cpu.h"

#include <algorithm>
#include <cstdlib>
#include <string>

#ifdef LITEWRIGHT_X86_KERNELS
#include <cpuid.h>
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif
#endif

#include "core/error.h"

namespace litewright {
namespace {

constexpr const char* kNames[kIsaCount] = {"portable",   "avx2",       "avxvnni",  "avx512",
                                           "avx512vnni", "avx512vbmi", "avx512amx"};

Isa forced_isa() {
  const char* name = std::getenv("LITEWRIGHT_FORCE_ISA");
  if (name == nullptr || *name == 0) return detect_isa();
  std::string all;
  for (int i = 0; i < kIsaCount; ++i) {
    if (std::string(kNames[i]) == name) return std::min(static_cast<Isa>(i), detect_isa());
    all += concat(i == 0 ? "" : ", ", kNames[i]);
  }
  fail(ErrorCode::kInvalidArgument, "LITEWRIGHT_FORCE_ISA is '", name, "'; it should be one of ", all);
}

#ifdef LITEWRIGHT_X86_KERNELS
struct CpuidRegisters {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
};
CpuidRegisters extended_features(unsigned subleaf) {
  CpuidRegisters r;
  __get_cpuid_count(7, subleaf, &r.eax, &r.ebx, &r.ecx, &r.edx);
  return r;
}

bool has_avx_vnni() {
  static const bool has = __builtin_cpu_supports("avx2") && (extended_features(1).eax >> 4 & 1) != 0;
  return has;
}

// Tiles with int8 products, if the system hands out their registers.
bool may_use_amx() {
#if defined(__linux__)
  constexpr unsigned kTile = 1u << 24, kInt8 = 1u << 25;
  constexpr long kRequestPermission = 0x1023, kTileData = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
  if ((extended_features(0).edx & (kTile | kInt8)) != (kTile | kInt8)) return false;
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
#else
  return false;
#endif
}

Isa detect() {
  // GCC's and Clang's builtin also checks that the operating system saves the registers.
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return Isa::kPortable;
  if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
      !__builtin_cpu_supports("avx512dq") || !__builtin_cpu_supports("avx512vl")) {
    return has_avx_vnni() ? Isa::kAvxVnni : Isa::kAvx2;
  }
  if (!__builtin_cpu_supports("avx512vnni")) return Isa::kAvx512;
  if (!__builtin_cpu_supports("avx512vbmi")) return Isa::kAvx512Vnni;
  return may_use_amx() ? Isa::kAvx512Amx : Isa::kAvx512Vbmi;
}
#else
bool has_avx_vnni() { return false; }
Isa detect() { return Isa::kPortable; }
#endif

}  // namespace

const char* isa_name(Isa isa) { return kNames[static_cast<int>(isa)]; }

Isa detect_isa() {
  static const Isa isa = detect();
  return isa;
}

bool isa_allows(Isa level, Isa needed) {
  return needed <= level && (needed != Isa::kAvxVnni || has_avx_vnni());
}

Isa current_isa() {
  static const Isa isa = forced_isa();
  return isa;
}

}  // namespace litewright
