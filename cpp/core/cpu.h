// What the processor can do.
#pragma once

// Kernels for x86-64's instruction sets are part of this build.
#if defined(__x86_64__) && !defined(LITEWRIGHT_PORTABLE_KERNELS)
#define LITEWRIGHT_X86_KERNELS
#endif

namespace litewright {

// Instruction-set levels kernels are written for, each including the ones before it.
enum class Isa { kPortable = 0, kAvx2 = 1, kAvx512 = 2, kAvx512Vnni = 3 };
inline constexpr int kIsaCount = 4;

const char* isa_name(Isa isa);  // "portable", "avx2", "avx512", "avx512vnni"

// The best level of processor and operating system, by cpuid and xgetbv.
Isa detect_isa();
// detect_isa(), capped by the environment variable LITEWRIGHT_FORCE_ISA (a name as above; an unknown one is
// an Error). Read once.
Isa current_isa();

}  // namespace litewright
