// Any bytes as a Keras file named model.h5: import, optimize.
#include "fuzz/common.h"
#include "importers/keras/keras.h"
#include "passes/passes.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  litewright::fuzz::expect_errors([&] {
    litewright::Graph graph =
        litewright::keras::import_keras(litewright::Bytes::copy(data, size), "model.h5");
    litewright::optimize(graph);
  });
  return 0;
}
