# The file format's accessors are generated at build time from our own statement of the format.
find_program(FLATC flatc REQUIRED)
find_path(FLATBUFFERS_INCLUDE flatbuffers/flatbuffers.h REQUIRED)
set(SCHEMA_DIR ${CMAKE_BINARY_DIR}/generated)
add_custom_command(
  OUTPUT ${SCHEMA_DIR}/tflite_generated.h
  COMMAND ${CMAKE_COMMAND} -E make_directory ${SCHEMA_DIR}
  COMMAND ${FLATC} --cpp --scoped-enums --cpp-std c++17 -o ${SCHEMA_DIR} ${CMAKE_SOURCE_DIR}/cpp/tflite/tflite.fbs
  DEPENDS ${CMAKE_SOURCE_DIR}/cpp/tflite/tflite.fbs)
add_custom_target(litewright_schema_header DEPENDS ${SCHEMA_DIR}/tflite_generated.h)
add_library(litewright_schema INTERFACE)
target_include_directories(litewright_schema SYSTEM INTERFACE ${SCHEMA_DIR} ${FLATBUFFERS_INCLUDE})
add_dependencies(litewright_schema litewright_schema_header)
