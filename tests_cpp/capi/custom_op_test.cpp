// Custom operators through the C++ interface.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <litewright/interpreter.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <vector>

#include "tests_cpp/capi/models.h"

namespace {

using litewright::CustomOp;
using litewright::Interpreter;
using litewright::OpCall;
using testing::ElementsAre;
using testing::HasSubstr;

Interpreter make(CustomOp op) {
  const std::vector<uint8_t> bytes = capi_models::custom();
  return Interpreter(litewright::Model::from_buffer(bytes.data(), bytes.size()),
                     {.custom_ops = {std::move(op)}});
}

void set_input(Interpreter& interpreter) {
  const std::vector<float> values{-1, 1, 2, 3};
  std::copy(values.begin(), values.end(), interpreter.input(0).as<float>().begin());
}

std::vector<float> run(Interpreter& interpreter) {
  interpreter.allocate_tensors();
  set_input(interpreter);
  interpreter.invoke();
  const auto y = interpreter.output(0).as<float>();
  return {y.begin(), y.end()};
}

void same_shape(const OpCall& call) { call.set_output(0, call.input(0).shape()); }
void twice(const OpCall& call) {
  const auto from = call.input(0).as<float>();
  std::transform(from.begin(), from.end(), call.output(0).as<float>().begin(), [](float x) { return 2 * x; });
}
std::string message_of(const litewright::Status& status) { return status.message(); }

TEST(CustomOps, RunWithAShapeFunction) {
  Interpreter interpreter = make({.name = "Double", .shape = same_shape, .run = twice});
  EXPECT_THAT(run(interpreter), ElementsAre(0, 2, 4, 6));
}

TEST(CustomOps, GiveShapesWhenTheyRun) {
  Interpreter interpreter = make({.name = "Double", .run = [](const OpCall& call) {
                                    const auto from = call.input(0).as<float>();
                                    const int32_t size = static_cast<int32_t>(from.size());
                                    auto* to = static_cast<float*>(call.set_output(0, {&size, 1}));
                                    for (size_t i = 0; i < from.size(); ++i) to[i] = 2 * from[i];
                                  }});
  EXPECT_THAT(run(interpreter), ElementsAre(0, 2, 4, 6));
  EXPECT_THAT(run(interpreter), ElementsAre(0, 2, 4, 6));
}

TEST(CustomOps, HaveOptionsAndState) {
  const auto alive = std::make_shared<int>(0);
  {
    Interpreter interpreter = make({.name = "Double",
                                    .shape = same_shape,
                                    .prepare =
                                        [alive](const OpCall& call) {
                                          EXPECT_THAT(call.options(), ElementsAre(1, 2, 3));
                                          return std::shared_ptr<void>(alive);
                                        },
                                    .run =
                                        [](const OpCall& call) {
                                          ++*static_cast<int*>(call.state());
                                          twice(call);
                                        }});
    run(interpreter);
    run(interpreter);
    EXPECT_EQ(*alive, 2);
  }
  EXPECT_EQ(alive.use_count(), 1);
}

TEST(CustomOps, ReportWhatTheirFunctionsThrow) {
  Interpreter shape =
      make({.name = "Double", .shape = [](const OpCall& call) { call.set_output(1, {}); }, .run = twice});
  EXPECT_THAT(message_of(shape.try_allocate_tensors()), HasSubstr("output 1 cannot have this shape"));

  Interpreter failing = make({.name = "Double", .shape = same_shape, .run = [](const OpCall&) {
                                throw std::runtime_error("no luck");
                              }});
  failing.allocate_tensors();
  set_input(failing);
  EXPECT_THAT(message_of(failing.try_invoke()), testing::AllOf(HasSubstr("no luck"), HasSubstr("Double")));

  Interpreter forgetful = make({.name = "Double", .run = [](const OpCall&) {}});
  forgetful.allocate_tensors();
  set_input(forgetful);
  EXPECT_THAT(message_of(forgetful.try_invoke()), HasSubstr("gave output 0 no shape"));

  Interpreter unknown = make({.name = "Triple", .run = twice});
  EXPECT_THAT(message_of(unknown.try_allocate_tensors()), HasSubstr("unresolved custom op: Double"));
}

}  // namespace
