// Any bytes as a .tflite file: load, allocate, invoke, resize, invoke.
#include "fuzz/common.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const unsigned choice = size == 0 ? 0 : data[size / 2] * 65793u;
  litewright::fuzz::expect_errors([&] { litewright::fuzz::run_model(data, size, choice); });
  return 0;
}
