// Damaged models end in an Error or in a run, never in a crash or a hang. Every case runs in a process of its
// own; a failure names the model and the seed. Environment: LITEWRIGHT_MUTATIONS, cases per model;
// LITEWRIGHT_SHARED, a folder whose corpus/ and ops/ are damaged too.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>

#include "core/error.h"
#include "ops/strings.h"
#include "runtime/interpreter.h"
#include "tests_cpp/ops/recurrent_models.h"
#include "tests_cpp/tflite/sample_graph.h"
#include "tflite/reader.h"
#include "tflite/writer.h"

#if defined(__has_feature)
#define LITEWRIGHT_CLANG_SANITIZES (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#else
#define LITEWRIGHT_CLANG_SANITIZES 0
#endif

namespace litewright::testing {
namespace {

constexpr int kSecondsPerCase = 20;
constexpr size_t kLargestArena = 16 << 20;

using File = std::vector<uint8_t>;

File file_of(const Graph& graph) {
  const Bytes bytes = write_tflite(graph);
  return {bytes.data(), bytes.data() + bytes.size()};
}

// A small network of convolution, pooling and dense layers, float or int8.
Graph network(bool int8) {
  Graph graph;
  GraphBuilder b(graph);
  Random random(1);
  const auto quantized = [&](TensorId id, float scale, int64_t zero) {
    if (int8) b.tensor(id).quantization = per_tensor(scale, zero);
    return id;
  };
  const auto weights_of = [&](const Shape& shape) {
    return weights(b, random.reals(num_elements(shape), -1, 1), shape, int8);
  };
  const auto bias_of = [&](int32_t n) {
    return int8 ? b.constant(random.integers<int32_t>(n, -500, 500), {n})
                : b.constant(random.reals(n, -1, 1), {n});
  };
  const TensorId x = quantized(b.input("x", int8 ? DType::kInt8 : DType::kFloat32, {-1, 8, 8, 3}), 0.02f, 3);
  const TensorId conv = quantized(b.add(BuiltinOp::kConv2D, {x, weights_of({4, 3, 3, 3}), bias_of(4)},
                                        Conv2DOptions{.stride_w = 1, .stride_h = 1}),
                                  0.05f, -5);
  const TensorId pool =
      quantized(b.add(BuiltinOp::kMaxPool2D, {conv},
                      Pool2DOptions{.stride_w = 2, .stride_h = 2, .filter_width = 2, .filter_height = 2}),
                0.05f, -5);
  const TensorId flat =
      quantized(b.add(BuiltinOp::kReshape, {pool, b.ints({-1, 64})}, ReshapeOptions{}), 0.05f, -5);
  const TensorId dense = quantized(
      b.add(BuiltinOp::kFullyConnected, {flat, weights_of({5, 64}), bias_of(5)}, FullyConnectedOptions{}),
      0.1f, 0);
  b.set_outputs(
      {quantized(b.add(BuiltinOp::kSoftmax, {dense}, SoftmaxOptions{.beta = 1}), 1.0f / 256, -128)});
  return graph;
}

// Shapes computed at run time, gathering, slicing and strings.
Graph movements() {
  Graph graph;
  GraphBuilder b(graph);
  const TensorId x = b.input("x", DType::kFloat32, {-1, 4}), rows = b.input("rows", DType::kInt32, {2});
  const TensorId gathered = b.add(BuiltinOp::kGather, {x, rows}, GatherOptions{});
  const TensorId sliced =
      b.add(BuiltinOp::kStridedSlice, {gathered, b.ints({0, 3}), b.ints({2, 0}), b.ints({1, -1})},
            StridedSliceOptions{});
  const TensorId both = b.add(BuiltinOp::kConcatenation, {sliced, sliced}, ConcatenationOptions{.axis = 1});
  const TensorId padded =
      b.add(BuiltinOp::kPad, {both, b.constant(std::vector<int32_t>{1, 0, 0, 2}, {2, 2})}, PadOptions{});
  const TensorId texts = b.constant(DType::kString, {3}, three_strings());
  Operator gather;
  gather.code = BuiltinOp::kGather;
  gather.inputs = {texts, rows};
  gather.options = GatherOptions{};
  const TensorId picked =
      b.add_declared(gather, {{.name = "picked", .dtype = DType::kString, .shape = {2}}})[0];
  b.set_outputs({b.add(BuiltinOp::kTranspose, {padded, b.ints({1, 0})}, TransposeOptions{}), picked});
  return graph;
}

// A branch and a subgraph that runs once.
Graph calls() {
  Graph graph;
  graph.subgraphs.resize(3);
  GraphBuilder then(graph, 1), once(graph, 2), b(graph, 0);
  const TensorId y = then.input("y", DType::kFloat32, {-1});
  then.set_outputs({then.add(BuiltinOp::kConcatenation, {y, y}, ConcatenationOptions{})});
  const Tensor handle{.name = "handle", .dtype = DType::kResource};
  const auto add = [](GraphBuilder& to, BuiltinOp code, const std::vector<TensorId>& inputs,
                      const Options& options, const std::vector<Tensor>& outputs) {
    Operator op;
    op.code = code;
    op.inputs = inputs;
    op.options = options;
    return to.add_declared(op, outputs);
  };
  const TensorId set = add(once, BuiltinOp::kVarHandle, {}, VarHandleOptions{"", "v"}, {handle})[0];
  add(once, BuiltinOp::kAssignVariable, {set, once.constant(std::vector<float>{1, 2}, {2})},
      AssignVariableOptions{}, {});
  const TensorId condition = b.input("condition", DType::kBool, {}), x = b.input("x", DType::kFloat32, {2});
  add(b, BuiltinOp::kCallOnce, {}, CallOnceOptions{2}, {});
  const TensorId h = add(b, BuiltinOp::kVarHandle, {}, VarHandleOptions{"", "v"}, {handle})[0];
  const TensorId v = add(b, BuiltinOp::kReadVariable, {h}, ReadVariableOptions{},
                         {{.name = "value", .dtype = DType::kFloat32, .shape = {2}}})[0];
  const TensorId sum = b.add(BuiltinOp::kAdd, {x, v}, AddOptions{});
  b.set_outputs(add(b, BuiltinOp::kIf, {condition, sum}, IfOptions{1, 1},
                    {{.name = "result", .dtype = DType::kFloat32, .has_rank = false}}));
  return graph;
}

std::map<std::string, File> own_models() {
  const LstmCase lstm = {.name = ""},
                 hybrid = {.name = "", .projection = true, .hybrid = true, .asymmetric = true};
  return {{"float network", file_of(network(false))},
          {"int8 network", file_of(network(true))},
          {"movements", file_of(movements())},
          {"calls", file_of(calls())},
          {"lstm", file_of(lstm_graph(lstm, LstmWeights(lstm, 1)))},
          {"hybrid lstm", file_of(lstm_graph(hybrid, LstmWeights(hybrid, 1)))},
          {"sample", file_of(sample_graph())}};
}

void damage(File& file, uint32_t seed) {
  static constexpr uint32_t kWords[] = {0,          1,          2,    7,     0xFFFFFFFF,
                                        0x7FFFFFFF, 0x80000000, 1000, 65536, 0x10000000};
  Random random(seed);
  const int64_t last = static_cast<int64_t>(file.size()) - 1;
  for (int64_t count = random.integer(1, 6); count > 0; --count) {
    const int64_t at = random.integer(0, last);
    if (random.integer(0, 2) == 0 && at + 4 <= last) {
      const uint32_t word = kWords[random.integer(0, std::size(kWords) - 1)];
      std::memcpy(file.data() + at / 4 * 4, &word, 4);
    } else {
      file[at] ^= static_cast<uint8_t>(1 << random.integer(0, 7));
    }
  }
  if (random.integer(0, 30) == 0) file.resize(random.integer(1, last));
}

// Reads, allocates and runs what it can of a file.
void use(const File& file) {
  try {
    Interpreter interpreter(std::make_shared<Model>(read_tflite(Bytes::own(file))));
    interpreter.allocate();
    SubgraphExecutor& executor = interpreter.executor();
    if (executor.arena_bytes() > kLargestArena) return;  // it may run, for long
    for (int run = 0; run < 2; ++run) {
      for (TensorId id : executor.subgraph().inputs) {
        const Slot& slot = executor.slot(id);
        if (slot.tensor->is_constant || slot.data == nullptr || dtype_bits(slot.dtype) == 0) continue;
        for (size_t i = 0; i < slot.bytes; ++i) slot.data[i] = static_cast<uint8_t>(i * 37 + run);
      }
      interpreter.invoke();
    }
  } catch (const Error&) {
  } catch (const std::bad_alloc&) {
  }
}

int cases_per_model(int standard) {
  const char* count = std::getenv("LITEWRIGHT_MUTATIONS");
  return count != nullptr ? std::atoi(count) : standard;
}

// Runs the cases [0, count) in child processes: one goes on until it dies, the next begins behind that case.
void expect_survival(const std::string& name, const File& original, int count) {
  void* shared = mmap(nullptr, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(shared, MAP_FAILED);
  auto* progress = new (shared) std::atomic<int>(0);
  while (*progress < count) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !LITEWRIGHT_CLANG_SANITIZES
      const rlimit limit = {rlim_t{3} << 30, rlim_t{3} << 30};
      setrlimit(RLIMIT_AS, &limit);
#endif
      for (; *progress < count; ++*progress) {
        alarm(kSecondsPerCase);
        File file = original;
        damage(file, static_cast<uint32_t>(*progress));
        use(file);
      }
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) break;
    ADD_FAILURE() << name << " with seed " << *progress
                  << " died: " << (WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "exit") << ' '
                  << status;
    ++*progress;
  }
  munmap(shared, sizeof(int));
}

TEST(DamagedModels, OwnModelsSurvive) {
  for (const auto& [name, file] : own_models()) {
    use(file);
    expect_survival(name, file, cases_per_model(150));
  }
}

TEST(DamagedModels, SharedModelsSurvive) {
  const char* shared = std::getenv("LITEWRIGHT_SHARED");
  if (shared == nullptr) GTEST_SKIP() << "LITEWRIGHT_SHARED is not set";
  for (const char* folder : {"corpus", "ops"}) {
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(std::filesystem::path(shared) / folder)) {
      const std::string suffix = entry.path().extension();
      if ((suffix != ".tflite" && suffix != ".bin") || entry.file_size() > 1 << 20) continue;
      std::ifstream in(entry.path(), std::ios::binary);
      const File file((std::istreambuf_iterator<char>(in)), {});
      if (!file.empty()) expect_survival(entry.path().filename(), file, cases_per_model(2));
    }
  }
}

}  // namespace
}  // namespace litewright::testing
