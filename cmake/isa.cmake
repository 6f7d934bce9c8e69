# Instruction-set flags stand here and nowhere else. A kernel file is named after the set it needs:
# cpp/kernels/<kernel>/avx2.cpp, avx512.cpp, avxvnni.cpp ... (and avx2_*.cpp ...). Such files keep everything but their
# raw-pointer entry points in anonymous namespaces and include no STL templates.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  set(AVX2_FLAGS -mavx2 -mfma -mf16c)
  set(AVX512_FLAGS ${AVX2_FLAGS} -mavx512f -mavx512bw -mavx512dq -mavx512vl -mprefer-vector-width=512)
  set(AVXVNNI_FLAGS ${AVX2_FLAGS} -mavxvnni)
  set(AVX512VNNI_FLAGS ${AVX512_FLAGS} -mavx512vnni)
  set(AVX512VBMI_FLAGS ${AVX512VNNI_FLAGS} -mavx512vbmi)
  set(AVX512AMX_FLAGS ${AVX512VBMI_FLAGS} -mamx-tile -mamx-int8)
  foreach(isa AVX2 AVXVNNI AVX512 AVX512VNNI AVX512VBMI AVX512AMX)
    string(TOLOWER ${isa} suffix)
    file(GLOB_RECURSE isa_sources CONFIGURE_DEPENDS cpp/kernels/${suffix}.cpp cpp/kernels/${suffix}_*.cpp)
    set_source_files_properties(${isa_sources} PROPERTIES COMPILE_OPTIONS "${${isa}_FLAGS};-fno-lto;-O3")
  endforeach()
endif()
# The loops of the portable kernels profit from the same optimization, where size is not what counts.
file(GLOB_RECURSE portable_sources CONFIGURE_DEPENDS cpp/kernels/portable.cpp)
set_source_files_properties(${portable_sources} PROPERTIES COMPILE_OPTIONS
                            "$<$<NOT:$<CONFIG:MinSizeRel>>:-O3>;-fno-math-errno")
