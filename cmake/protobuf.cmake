# TensorFlow's messages, as far as they are read: classes generated at build time from our own statement of them.
find_package(Protobuf REQUIRED)
set(PROTO_DIR ${CMAKE_BINARY_DIR}/generated/importers/proto)
set(PROTO_SOURCE ${CMAKE_SOURCE_DIR}/cpp/importers/proto/tensorflow.proto)
add_custom_command(
  OUTPUT ${PROTO_DIR}/tensorflow.pb.cc ${PROTO_DIR}/tensorflow.pb.h
  COMMAND ${CMAKE_COMMAND} -E make_directory ${PROTO_DIR}
  COMMAND protobuf::protoc --cpp_out=${PROTO_DIR} --proto_path=${CMAKE_SOURCE_DIR}/cpp/importers/proto ${PROTO_SOURCE}
  DEPENDS ${PROTO_SOURCE})
add_library(litewright_proto STATIC ${PROTO_DIR}/tensorflow.pb.cc)
set_target_properties(litewright_proto PROPERTIES POSITION_INDEPENDENT_CODE ON)
target_compile_options(litewright_proto PRIVATE -w)
target_include_directories(litewright_proto SYSTEM PUBLIC ${CMAKE_BINARY_DIR}/generated ${PROTO_DIR} ${Protobuf_INCLUDE_DIRS})
target_link_libraries(litewright_proto PUBLIC protobuf::libprotobuf-lite)
