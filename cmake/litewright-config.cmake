# Targets: litewright::litewright (shared) and litewright::runtime (static, for an operator table of one's own).
include(CMakeFindDependencyMacro)
find_dependency(Threads)
include(${CMAKE_CURRENT_LIST_DIR}/litewright-targets.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/litewright-operators.cmake)
