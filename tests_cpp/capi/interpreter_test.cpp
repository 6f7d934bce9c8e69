// The C++ interface, and through it the C interface.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <litewright/interpreter.h>

#include <algorithm>
#include <vector>

#include "tests_cpp/capi/models.h"

namespace {

using litewright::Interpreter;
using litewright::Model;
using testing::ElementsAre;
using testing::HasSubstr;

Model load(const std::vector<uint8_t>& bytes) { return Model::from_buffer(bytes.data(), bytes.size()); }

void fill(Interpreter& interpreter, size_t input, std::vector<float> values) {
  const auto to = interpreter.input(input).as<float>();
  ASSERT_EQ(to.size(), values.size());
  std::copy(values.begin(), values.end(), to.begin());
}

TEST(PublicInterpreter, RunsAfterAResize) {
  Interpreter interpreter(load(capi_models::add()), {.num_threads = 2});
  for (size_t i : {0, 1}) interpreter.resize_input(i, std::vector<int32_t>{2, 3});
  interpreter.allocate_tensors();
  EXPECT_EQ(interpreter.input(1).name(), "b");
  EXPECT_EQ(interpreter.input(0).num_bytes(), 24u);
  fill(interpreter, 0, {1, 2, 3, 4, 5, 6});
  fill(interpreter, 1, {10, 20, 30, 40, 50, 60});
  interpreter.invoke();
  EXPECT_THAT(interpreter.output(0).shape(), ElementsAre(2, 3));
  EXPECT_THAT(interpreter.output(0).as<float>(), ElementsAre(11, 22, 33, 44, 55, 66));
}

TEST(PublicInterpreter, ReportsErrorsEitherWay) {
  Model model;
  const litewright::Status missing = Model::try_from_file("/no/such/file.tflite", model);
  EXPECT_EQ(missing.code(), litewright::Code::kInvalidArgument);
  EXPECT_THAT(missing.message(), HasSubstr("/no/such/file.tflite"));
  EXPECT_THROW(Model::from_buffer("no model", 8), litewright::Error);
  Interpreter interpreter;
  EXPECT_FALSE(Interpreter::try_make(Model(), {}, interpreter));

  interpreter = Interpreter(load(capi_models::add()));
  EXPECT_THAT(interpreter.try_invoke().message(), HasSubstr("not ready"));
  interpreter.allocate_tensors();
  EXPECT_THROW(interpreter.input(0).as<int8_t>(), litewright::Error);
  litewright::TensorView view;
  EXPECT_EQ(interpreter.try_input(2, view).code(), litewright::Code::kOutOfRange);
  EXPECT_FALSE(interpreter.try_resize_input(0, std::vector<int32_t>{-1, 3}));
}

TEST(PublicInterpreter, ProfilesOperators) {
  Interpreter interpreter(load(capi_models::chain()));
  interpreter.allocate_tensors();
  interpreter.start_profile();
  interpreter.invoke();
  interpreter.invoke();
  interpreter.stop_profile();
  interpreter.invoke();
  const litewright::Profile profile = interpreter.profile();
  std::vector<std::string> ops;
  for (const auto& row : profile.operators) {
    ops.push_back(row.op + ' ' + row.output);
    EXPECT_EQ(row.runs, 2);
  }
  EXPECT_THAT(ops, ElementsAre("ADD z", "NEG n", "MUL p", "ABS y"));
  EXPECT_THAT(profile.chrome_trace, HasSubstr("\"name\": \"MUL\""));
}

TEST(CInterface, CopiesAndChecksSizes) {
  lw_model* model = nullptr;
  auto* bytes = new std::vector<uint8_t>(capi_models::add());
  const auto release = [](void* held) { delete static_cast<std::vector<uint8_t>*>(held); };
  ASSERT_EQ(lw_model_from_buffer(bytes->data(), bytes->size(), release, bytes, &model), LW_OK);
  lw_interpreter* interpreter = nullptr;
  ASSERT_EQ(lw_interpreter_new(model, nullptr, &interpreter), LW_OK);
  lw_model_delete(model);
  ASSERT_EQ(lw_interpreter_allocate(interpreter), LW_OK);
  const float a[3] = {1, 2, 3};
  EXPECT_EQ(lw_interpreter_set_input(interpreter, 0, a, sizeof a), LW_OK);
  EXPECT_EQ(lw_interpreter_set_input(interpreter, 1, a, sizeof a), LW_OK);
  EXPECT_EQ(lw_interpreter_set_input(interpreter, 1, a, 4), LW_INVALID_ARGUMENT);
  EXPECT_THAT(lw_last_error(), HasSubstr("has 12 bytes, not 4"));
  EXPECT_EQ(lw_interpreter_invoke(interpreter), LW_OK);
  float sum[3];
  EXPECT_EQ(lw_interpreter_get_output(interpreter, 0, sum, sizeof sum), LW_OK);
  EXPECT_THAT(sum, ElementsAre(2, 4, 6));
  // A caller that knows only the first members gets those.
  lw_tensor small{};
  small.size = offsetof(lw_tensor, type);
  small.type = -7;
  EXPECT_EQ(lw_interpreter_output(interpreter, 0, &small), LW_OK);
  EXPECT_STREQ(small.name, "sum");
  EXPECT_EQ(small.type, -7);
  lw_interpreter_delete(interpreter);
}

}  // namespace
