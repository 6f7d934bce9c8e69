// What the processor can do.
#pragma once

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
