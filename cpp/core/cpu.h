// What the processor can do.
#pragma once

// Kernels for x86-64's instruction sets are part of this build.
#if defined(__x86_64__) && !defined(LITEWRIGHT_PORTABLE_KERNELS)
#define LITEWRIGHT_X86_KERNELS
#endif

namespace litewright {

// Instruction-set levels kernels are written for, each including the ones before it; only kAvxVnni is missing
// from some processors with AVX-512.
enum class Isa { kPortable, kAvx2, kAvxVnni, kAvx512, kAvx512Vnni, kAvx512Vbmi, kAvx512Amx };
inline constexpr int kIsaCount = 7;

const char* isa_name(Isa isa);  // "portable", "avx2", "avxvnni", ... as LITEWRIGHT_FORCE_ISA names them

// The best level of processor and operating system, by cpuid and xgetbv; for kAvx512Amx, Linux is asked to
// let the process use the tiles.
Isa detect_isa();
// Whether a kernel that needs `needed` may run where the choice is capped at `level`.
bool isa_allows(Isa level, Isa needed);
// detect_isa(), capped by the environment variable LITEWRIGHT_FORCE_ISA (a name as above; an unknown one is
// an Error). Read once.
Isa current_isa();

}  // namespace litewright
