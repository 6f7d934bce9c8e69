#include <flatbuffers/flexbuffers.h>
#include <gtest/gtest.h>

#include "tests_cpp/ops/op_tester.h"

namespace litewright {
namespace {

using testing::input;
using testing::output;
using testing::per_tensor;

std::vector<float> verify(const std::vector<int8_t>& stored, const std::vector<float>& reference,
                          float tolerance, bool log_if_failed) {
  const int32_t n = static_cast<int32_t>(stored.size());
  Graph graph = testing::one_operator(
      BuiltinOp::kCustom, {}, {input<int8_t>({n}, stored, per_tensor(0.5f, 1)), input<float>({n}, reference)},
      {output(DType::kFloat32)});
  flexbuffers::Builder options;
  options.Map([&] {
    options.Float("tolerance", tolerance);
    options.Bool("log_if_failed", log_if_failed);
  });
  options.Finish();
  graph.main().operators[0].custom_code = "NumericVerify";
  graph.main().operators[0].custom_options = Bytes::own(options.GetBuffer());
  Interpreter interpreter(std::make_shared<Model>(std::move(graph)));
  interpreter.allocate();
  SubgraphExecutor& executor = interpreter.executor();
  const auto& inputs = executor.subgraph().inputs;
  std::memcpy(executor.data(inputs[0]), stored.data(), stored.size());
  std::memcpy(executor.data(inputs[1]), reference.data(), reference.size() * sizeof(float));
  interpreter.invoke();
  const float* out = reinterpret_cast<const float*>(executor.data(executor.subgraph().outputs[0]));
  return {out, out + n};
}

TEST(NumericVerify, SubtractsTheReference) {
  EXPECT_EQ(verify({1, 3, -1}, {0, 1.25f, 0}, 5, false), (std::vector<float>{0, -0.25f, -1}));
  EXPECT_EQ(verify({1, 3, -1}, {0, 1.25f, 0}, 5, true), (std::vector<float>{0, -0.25f, -1}));
  EXPECT_EQ(verify({1, 3, -1}, {0, 1.25f, 0}, 0.01f, true),
            (std::vector<float>{0, -0.25f, -1}));  // too small to count
}

TEST(NumericVerify, FailsAboveItsTolerance) {
  EXPECT_THROW(verify({1, 3, -1}, {0, 1.25f, 0}, 1, true), Error);
}

}  // namespace
}  // namespace litewright
