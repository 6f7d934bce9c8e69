// org.litewright.Native on top of the C interface.
#include <jni.h>

#include <string>
#include <vector>

#include "litewright/litewright.h"

namespace {

void throw_new(JNIEnv* env, const char* type, const char* message) {
  if (jclass found = env->FindClass(type)) env->ThrowNew(found, message);
}

// Whether the call went well; else a Java exception is on its way.
bool check(JNIEnv* env, lw_status status) {
  if (status == LW_OK) return true;
  const bool argument = status == LW_INVALID_ARGUMENT || status == LW_INVALID_MODEL ||
                        status == LW_OUT_OF_RANGE || status == LW_IO;
  throw_new(env, argument ? "java/lang/IllegalArgumentException" : "java/lang/IllegalStateException",
            lw_last_error());
  return false;
}

lw_interpreter* interpreter_of(jlong handle) { return reinterpret_cast<lw_interpreter*>(handle); }

// The tensor; its size is 0 if there is none, and a Java exception is on its way.
lw_tensor tensor_of(JNIEnv* env, jlong handle, jboolean input, jint index) {
  lw_tensor tensor{};
  tensor.size = sizeof tensor;
  const auto get = input ? lw_interpreter_input : lw_interpreter_output;
  if (!check(env, get(interpreter_of(handle), static_cast<size_t>(index), &tensor))) tensor.size = 0;
  return tensor;
}

lw_model* open_model(JNIEnv* env, jstring path, jobject buffer) {
  lw_model* model = nullptr;
  if (path != nullptr) {
    const char* text = env->GetStringUTFChars(path, nullptr);
    if (text == nullptr) return nullptr;
    const lw_status status = lw_model_from_file(text, &model);
    env->ReleaseStringUTFChars(path, text);
    return check(env, status) ? model : nullptr;
  }
  const void* data = env->GetDirectBufferAddress(buffer);
  const auto size = static_cast<size_t>(env->GetDirectBufferCapacity(buffer));
  // The Java object keeps the buffer alive.
  return check(env, lw_model_from_buffer(
                        data, size, [](void*) {}, nullptr, &model))
             ? model
             : nullptr;
}

// The address of a direct buffer's bytes from `offset` on; nullptr if it has fewer than `bytes`, with a Java
// exception.
char* bytes_of(JNIEnv* env, jobject buffer, jint offset, jint bytes) {
  auto* data = static_cast<char*>(env->GetDirectBufferAddress(buffer));
  if (data != nullptr && offset >= 0 && bytes >= 0 &&
      env->GetDirectBufferCapacity(buffer) - offset >= bytes) {
    return data + offset;
  }
  throw_new(env, "java/lang/IllegalArgumentException", "the buffer is not direct or too small");
  return nullptr;
}

}  // namespace

#define LITEWRIGHT_JNI(TYPE, NAME) extern "C" JNIEXPORT TYPE JNICALL Java_org_litewright_Native_##NAME

LITEWRIGHT_JNI(jlong, open)(JNIEnv* env, jclass, jstring path, jobject buffer, jint num_threads) {
  lw_model* model = open_model(env, path, buffer);
  if (model == nullptr) return 0;
  lw_options* options = lw_options_new();
  lw_options_set_num_threads(options, num_threads);
  lw_interpreter* interpreter = nullptr;
  const lw_status status = lw_interpreter_new(model, options, &interpreter);
  lw_options_delete(options);
  lw_model_delete(model);
  check(env, status);
  return reinterpret_cast<jlong>(interpreter);
}

LITEWRIGHT_JNI(void, close)(JNIEnv*, jclass, jlong handle) { lw_interpreter_delete(interpreter_of(handle)); }

LITEWRIGHT_JNI(jint, count)(JNIEnv*, jclass, jlong handle, jboolean input) {
  const auto count = input ? lw_interpreter_num_inputs : lw_interpreter_num_outputs;
  return static_cast<jint>(count(interpreter_of(handle)));
}

LITEWRIGHT_JNI(jstring, name)(JNIEnv* env, jclass, jlong handle, jboolean input, jint index) {
  const lw_tensor tensor = tensor_of(env, handle, input, index);
  return tensor.size == 0 ? nullptr : env->NewStringUTF(tensor.name);
}

LITEWRIGHT_JNI(jintArray, shape)(JNIEnv* env, jclass, jlong handle, jboolean input, jint index) {
  const lw_tensor tensor = tensor_of(env, handle, input, index);
  if (tensor.size == 0) return nullptr;
  jintArray shape = env->NewIntArray(tensor.rank);
  if (shape != nullptr) env->SetIntArrayRegion(shape, 0, tensor.rank, tensor.dims);
  return shape;
}

LITEWRIGHT_JNI(jint, dataType)(JNIEnv* env, jclass, jlong handle, jboolean input, jint index) {
  return tensor_of(env, handle, input, index).type;
}

LITEWRIGHT_JNI(jdoubleArray, quantization)(JNIEnv* env, jclass, jlong handle, jboolean input, jint index) {
  const lw_tensor tensor = tensor_of(env, handle, input, index);
  if (tensor.size == 0) return nullptr;
  const bool quantized = tensor.num_scales == 1;
  const double values[2] = {
      quantized ? tensor.scales[0] : 0.0,
      quantized && tensor.num_zero_points > 0 ? static_cast<double>(tensor.zero_points[0]) : 0.0};
  jdoubleArray result = env->NewDoubleArray(2);
  if (result != nullptr) env->SetDoubleArrayRegion(result, 0, 2, values);
  return result;
}

LITEWRIGHT_JNI(void, resizeInput)(JNIEnv* env, jclass, jlong handle, jint index, jintArray shape) {
  std::vector<jint> dims(static_cast<size_t>(env->GetArrayLength(shape)));
  env->GetIntArrayRegion(shape, 0, static_cast<jsize>(dims.size()), dims.data());
  check(env, lw_interpreter_resize_input(interpreter_of(handle), static_cast<size_t>(index),
                                         static_cast<int32_t>(dims.size()), dims.data()));
}

LITEWRIGHT_JNI(void, allocate)(JNIEnv* env, jclass, jlong handle) {
  check(env, lw_interpreter_allocate(interpreter_of(handle)));
}

LITEWRIGHT_JNI(void, setInput)
(JNIEnv* env, jclass, jlong handle, jint index, jobject buffer, jint offset, jint bytes) {
  const char* data = bytes_of(env, buffer, offset, bytes);
  if (data == nullptr) return;
  check(env, lw_interpreter_set_input(interpreter_of(handle), static_cast<size_t>(index), data,
                                      static_cast<size_t>(bytes)));
}

LITEWRIGHT_JNI(void, getOutput)
(JNIEnv* env, jclass, jlong handle, jint index, jobject buffer, jint offset, jint bytes) {
  char* data = bytes_of(env, buffer, offset, bytes);
  if (data == nullptr) return;
  check(env, lw_interpreter_get_output(interpreter_of(handle), static_cast<size_t>(index), data,
                                       static_cast<size_t>(bytes)));
}

LITEWRIGHT_JNI(void, invoke)(JNIEnv* env, jclass, jlong handle) {
  check(env, lw_interpreter_invoke(interpreter_of(handle)));
}
