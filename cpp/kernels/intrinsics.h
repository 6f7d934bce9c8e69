// The x86 intrinsics, where the including file is compiled for them.
#pragma once

#include <stdint.h>

#if defined(__AVX2__)
#if defined(__GNUC__) && !defined(__clang__)
// GCC 12 warns about the "undefined" vectors inside its own headers, at the place they are inlined to.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#include <immintrin.h>
#endif
