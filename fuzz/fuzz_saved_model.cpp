// Any bytes as a SavedModel's saved_model.pb (without variables): import, optimize.
#include <filesystem>

#include "fuzz/common.h"
#include "importers/tf/saved_model.h"
#include "passes/passes.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  litewright::fuzz::expect_errors([&] {
    const litewright::fuzz::TemporaryFile file("saved_model.pb", data, size);
    litewright::Graph graph =
        litewright::tf::import_saved_model(std::filesystem::path(file.path()).parent_path().string(), {});
    litewright::optimize(graph);
  });
  return 0;
}
