#include "fuzz/common.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "runtime/interpreter.h"

namespace litewright::fuzz {
namespace {

void fill_inputs(Interpreter& interpreter) {
  SubgraphExecutor& executor = interpreter.executor();
  for (TensorId id : executor.subgraph().inputs) {
    const Slot& slot = executor.slot(id);
    if (slot.data == nullptr || slot.value_known || dtype_bits(slot.dtype) == 0) continue;
    for (size_t i = 0; i < slot.bytes; ++i)
      slot.data[i] = static_cast<uint8_t>(i % (slot.dtype == DType::kBool ? 2 : 7));
  }
}

}  // namespace

void run_model(const uint8_t* data, size_t size, unsigned choice) {
  Limits limits;
  limits.memory = size_t{64} << 20;
  limits.loop_iterations = 1000;
  Interpreter interpreter(Model::from_bytes(Bytes::copy(data, size)), {.limits = limits});
  interpreter.allocate();
  fill_inputs(interpreter);
  interpreter.invoke();
  const std::vector<TensorId>& inputs = interpreter.graph().main().inputs;
  if (inputs.empty()) return;
  const TensorId id = inputs[choice % inputs.size()];
  Shape shape = interpreter.executor().slot(id).shape;
  constexpr int32_t kExtents[] = {0, 1, 2, 3, 5, 17, 1 << 20, INT32_MAX};
  if (!shape.empty()) shape[(choice >> 8) % shape.size()] = kExtents[(choice >> 16) % 8];
  interpreter.resize_input(id, shape);
  interpreter.allocate();
  fill_inputs(interpreter);
  interpreter.invoke();
}

TemporaryFile::TemporaryFile(const std::string& name, const uint8_t* data, size_t size) {
  std::string pattern = (std::filesystem::temp_directory_path() / "litewright-fuzz-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) std::abort();
  folder_ = pattern;
  path_ = folder_ + "/" + name;
  std::ofstream(path_, std::ios::binary).write(reinterpret_cast<const char*>(data), static_cast<long>(size));
}

TemporaryFile::~TemporaryFile() { std::filesystem::remove_all(folder_); }

}  // namespace litewright::fuzz
