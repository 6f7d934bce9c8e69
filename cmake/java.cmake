# The native half of org.litewright.Interpreter: one library that needs nothing beside it.
set(JAVA_AWT_LIBRARY NotNeeded)
set(JAVA_AWT_INCLUDE_PATH NotNeeded)
find_package(JNI REQUIRED)
add_library(litewright_jni SHARED java/src/main/native/litewright_jni.cpp)
target_include_directories(litewright_jni SYSTEM PRIVATE ${JNI_INCLUDE_DIRS})
target_link_libraries(litewright_jni PRIVATE litewright_runtime)
target_link_options(litewright_jni PRIVATE -Wl,--gc-sections -Wl,--exclude-libs,ALL)
