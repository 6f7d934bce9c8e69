# Fuzz targets: fuzz/fuzz_NAME.cpp defines libFuzzer's entry points. With clang each becomes a fuzzer
# (LITEWRIGHT_BUILD_FUZZERS; scripts/fuzz sets the flags); otherwise a program that runs its entry points over files and
# some mutations of them.
file(GLOB FUZZ_TARGETS CONFIGURE_DEPENDS fuzz/fuzz_*.cpp)
foreach(source ${FUZZ_TARGETS})
  get_filename_component(target ${source} NAME_WE)
  add_executable(${target} ${source} fuzz/common.cpp)
  target_include_directories(${target} PRIVATE .)
  target_link_libraries(${target} PRIVATE litewright)
  if(LITEWRIGHT_BUILD_FUZZERS)
    target_link_options(${target} PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(${target} PRIVATE fuzz/standalone.cpp)
  endif()
endforeach()
