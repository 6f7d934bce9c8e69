// Interpreters on one model share its constants and packed weights; built with -fsanitize=thread (preset
// tsan) these tests show that they do it safely.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "core/error.h"
#include "tests_cpp/ops/graph_runner.h"
#include "tests_cpp/ops/recurrent_models.h"

namespace litewright::testing {
namespace {

std::shared_ptr<Model> shared_model(bool hybrid) {
  LstmCase t = {.name = "", .hybrid = hybrid};
  t.time = 20;
  t.cells = 48;
  return std::make_shared<Model>(lstm_graph(t, LstmWeights(t, 1)));
}

std::vector<float> run(Interpreter& interpreter, const std::vector<float>& x) {
  interpreter.allocate();
  SubgraphExecutor& executor = interpreter.executor();
  interpreter.reset_variables();
  std::memcpy(executor.data(executor.subgraph().inputs[0]), x.data(), x.size() * sizeof(float));
  interpreter.invoke();
  const Slot& y = executor.slot(executor.subgraph().outputs[0]);
  const float* first = reinterpret_cast<const float*>(y.data);
  return {first, first + y.bytes / sizeof(float)};
}

// Interpreters come and go in every thread, so that packed weights are made, shared and dropped all the time.
TEST(Threads, InterpretersOnOneModelRunSideBySide) {
  for (const bool hybrid : {false, true}) {
    for (const bool reference : {false, true}) {
      const std::shared_ptr<Model> model = shared_model(hybrid);
      InterpreterOptions options;
      options.reference = reference;
      const std::vector<float> x = Random(2).reals(2 * 20 * 6, -1, 1);
      Interpreter first(model, options);
      const std::vector<float> want = run(first, x);
      std::atomic<int> wrong = 0;
      std::vector<std::thread> threads;
      for (int id = 0; id < 4; ++id) {
        threads.emplace_back([&, id] {
          for (int round = 0; round < 8; ++round) {
            InterpreterOptions own = options;
            own.num_threads = 1 + id % 2;
            Interpreter interpreter(model, own);
            for (int again = 0; again < 2; ++again) wrong += run(interpreter, x) != want ? 1 : 0;
          }
        });
      }
      for (std::thread& thread : threads) thread.join();
      EXPECT_EQ(wrong, 0) << "hybrid " << hybrid << " reference " << reference;
    }
  }
}

// A custom operator that waits, so that the second thread surely comes while the first one runs.
TEST(Threads, OneInterpreterServesOneThreadAtATime) {
  Graph graph;
  Subgraph& main = graph.subgraphs.emplace_back();
  main.tensors = {{.name = "x", .dtype = DType::kFloat32, .shape = {1}},
                  {.name = "y", .dtype = DType::kFloat32, .shape = {1}}};
  main.inputs = {0};
  main.outputs = {1};
  Operator op;
  op.code = BuiltinOp::kCustom;
  op.custom_code = "Wait";
  op.inputs = {0};
  op.outputs = {1};
  main.operators = {op};
  std::atomic<bool> inside = false, leave = false;
  InterpreterOptions options;
  options.custom_ops["Wait"] = {"Wait", [](InferContext& c) { c.set_output(0, DType::kFloat32, {1}); },
                                [&](PrepareContext&) -> Kernel {
                                  return [&](RunContext&) {
                                    inside = true;
                                    while (!leave) std::this_thread::yield();
                                    return Status();
                                  };
                                }};
  Interpreter interpreter(std::make_shared<Model>(graph), options);
  interpreter.allocate();
  std::thread worker([&] { interpreter.invoke(); });
  while (!inside) std::this_thread::yield();
  for (const auto& call :
       {std::function<void()>([&] { interpreter.invoke(); }), {[&] { interpreter.allocate(); }}}) {
    try {
      call();
      ADD_FAILURE() << "a second thread got in";
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), ::testing::HasSubstr("in use by another thread"));
    }
  }
  leave = true;
  worker.join();
  interpreter.invoke();  // and works on
}

}  // namespace
}  // namespace litewright::testing
