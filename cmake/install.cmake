# What applications use: the shared library with the C interface, on which the C++ headers stand, the static library for
# programs with an operator table of their own, and the tool that writes such tables.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(LITEWRIGHT_GENERATED ${PROJECT_BINARY_DIR}/generated)
configure_file(cmake/version.h.in ${LITEWRIGHT_GENERATED}/litewright/version.h)

add_library(litewright_shared SHARED $<TARGET_OBJECTS:litewright_runtime>)
set_target_properties(litewright_shared PROPERTIES OUTPUT_NAME litewright EXPORT_NAME litewright
                      VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR})
target_include_directories(litewright_shared INTERFACE $<INSTALL_INTERFACE:include>)
target_compile_features(litewright_shared INTERFACE cxx_std_20)
target_link_libraries(litewright_shared PRIVATE Threads::Threads)
target_link_options(litewright_shared PRIVATE -Wl,--gc-sections
                    -Wl,--version-script=${PROJECT_SOURCE_DIR}/cmake/exports.map)
set_target_properties(litewright_runtime PROPERTIES EXPORT_NAME runtime)
target_compile_features(litewright_runtime INTERFACE cxx_std_20)

set(installed litewright_shared litewright_runtime)
if(LITEWRIGHT_BUILD_TOOLS)
  add_executable(litewright_opgen cpp/tools/opgen/main.cpp)
  set_target_properties(litewright_opgen PROPERTIES OUTPUT_NAME litewright-opgen EXPORT_NAME opgen)
  target_link_libraries(litewright_opgen PRIVATE litewright_runtime)
  list(APPEND installed litewright_opgen)
endif()

set(PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/litewright)
install(TARGETS ${installed} EXPORT litewright)
install(EXPORT litewright NAMESPACE litewright:: FILE litewright-targets.cmake DESTINATION ${PACKAGE_DIR})
install(DIRECTORY include/litewright ${LITEWRIGHT_GENERATED}/litewright DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.h")
write_basic_package_version_file(${PROJECT_BINARY_DIR}/litewright-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES cmake/litewright-config.cmake cmake/litewright-operators.cmake
        ${PROJECT_BINARY_DIR}/litewright-config-version.cmake DESTINATION ${PACKAGE_DIR})
file(RELATIVE_PATH PKGCONFIG_TO_PREFIX "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")  # so that the tree may be moved
configure_file(cmake/litewright.pc.in ${PROJECT_BINARY_DIR}/litewright.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/litewright.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
