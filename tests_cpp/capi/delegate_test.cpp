// Delegates: what they claim, and what happens when they refuse or fail.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <litewright/interpreter.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "tests_cpp/capi/models.h"

namespace {

using litewright::Interpreter;
using testing::ElementsAre;
using testing::HasSubstr;

// Computes operators of one element type on the "device", a map of vectors.
struct FakeDelegate {
  std::vector<std::string> claims;
  bool refuses = false;
  int runs_left = -1;
  int compiled = 0, alive = 0, runs = 0;
  lw_delegate c{};

  explicit FakeDelegate(std::vector<std::string> ops) : claims(std::move(ops)) {
    c = {sizeof c, "Fake", this, claim, compile, run, release, nullptr};
  }
  litewright::Delegate share() {
    return {&c, [](const lw_delegate*) {}};
  }

  struct Step {
    std::string op;
    std::vector<int> inputs;
    int output;
  };
  struct Part {
    std::vector<Step> steps;
    std::vector<size_t> sizes;
    std::vector<int> inputs, outputs;
  };
  static FakeDelegate& self(void* context) { return *static_cast<FakeDelegate*>(context); }
  static lw_status claim(void* context, const lw_graph* graph, uint8_t* claimed) {
    for (size_t i = 0; i < graph->num_nodes; ++i) {
      const auto& ops = self(context).claims;
      claimed[i] = std::find(ops.begin(), ops.end(), graph->nodes[i]->op) != ops.end();
    }
    return LW_OK;
  }
  static lw_status compile(void* context, const lw_graph* graph, void** compiled, lw_error* error) {
    if (self(context).refuses) {
      std::strcpy(error->message, "too large");
      return LW_UNSUPPORTED;
    }
    auto* part = new Part;
    for (size_t i = 0; i < graph->num_tensors; ++i) {
      size_t size = 1;
      for (int d = 0; d < graph->tensors[i]->rank; ++d)
        size *= static_cast<size_t>(graph->tensors[i]->dims[d]);
      part->sizes.push_back(size);
    }
    for (size_t i = 0; i < graph->num_nodes; ++i) {
      const lw_node& node = *graph->nodes[i];
      part->steps.push_back({node.op, {node.inputs, node.inputs + node.num_inputs}, node.outputs[0]});
    }
    part->inputs.assign(graph->inputs, graph->inputs + graph->num_inputs);
    part->outputs.assign(graph->outputs, graph->outputs + graph->num_outputs);
    ++self(context).compiled;
    ++self(context).alive;
    *compiled = part;
    return LW_OK;
  }
  static lw_status run(void* context, void* compiled, const void* const* inputs, void* const* outputs,
                       lw_error* error) {
    FakeDelegate& delegate = self(context);
    if (delegate.runs_left == 0) {
      std::strcpy(error->message, "unplugged");
      return LW_RUNTIME;
    }
    if (delegate.runs_left > 0) --delegate.runs_left;
    ++delegate.runs;
    const Part& part = *static_cast<Part*>(compiled);
    std::map<int, std::vector<float>> values;
    for (size_t i = 0; i < part.inputs.size(); ++i) {
      const auto* from = static_cast<const float*>(inputs[i]);
      values[part.inputs[i]].assign(from, from + part.sizes[static_cast<size_t>(part.inputs[i])]);
    }
    for (const Step& step : part.steps) {
      const std::vector<float> a = values[step.inputs[0]], b = values[step.inputs.back()];
      std::vector<float>& out = values[step.output];
      out.resize(a.size());
      for (size_t i = 0; i < a.size(); ++i) {
        out[i] = step.op == "ADD"   ? a[i] + b[i]
                 : step.op == "MUL" ? a[i] * b[i]
                 : step.op == "NEG" ? -a[i]
                                    : std::fabs(a[i]);
      }
    }
    for (size_t i = 0; i < part.outputs.size(); ++i) {
      std::memcpy(outputs[i], values[part.outputs[i]].data(), values[part.outputs[i]].size() * sizeof(float));
    }
    return LW_OK;
  }
  static void release(void* context, void* compiled) {
    --self(context).alive;
    delete static_cast<Part*>(compiled);
  }
};

struct Result {
  std::vector<float> y, z;
};

class Delegates : public testing::Test {
 protected:
  Interpreter make(FakeDelegate& delegate, std::vector<uint8_t> bytes = capi_models::chain()) {
    litewright::Options options;
    options.delegates = {delegate.share()};
    options.warning = [this](const std::string& message) { warnings.push_back(message); };
    return Interpreter(litewright::Model::from_buffer(bytes.data(), bytes.size()), options);
  }
  Result run(Interpreter& interpreter) {
    const std::vector<float> x{1, -2, 3, 0.5f};
    std::copy(x.begin(), x.end(), interpreter.input(0).as<float>().begin());
    interpreter.invoke();
    const auto y = interpreter.output(0).as<float>(), z = interpreter.output(1).as<float>();
    return {{y.begin(), y.end()}, {z.begin(), z.end()}};
  }
  void expect_right(const Result& result) {
    EXPECT_THAT(result.y, ElementsAre(2, 8, 18, 0.5f));
    EXPECT_THAT(result.z, ElementsAre(2, -4, 6, 1));
  }
  std::vector<std::string> warnings;
};

TEST_F(Delegates, TakeOverWhatTheyClaim) {
  FakeDelegate all({"ADD", "NEG", "MUL", "ABS"}), some({"ADD", "MUL"});
  for (auto [delegate, parts] : {std::pair(&all, 1), std::pair(&some, 2)}) {
    {
      Interpreter interpreter = make(*delegate);
      interpreter.allocate_tensors();
      expect_right(run(interpreter));
      expect_right(run(interpreter));
      EXPECT_EQ(delegate->compiled, parts);
      EXPECT_EQ(delegate->runs, 2 * parts);
    }
    EXPECT_EQ(delegate->alive, 0);
  }
  EXPECT_THAT(warnings, ElementsAre());
}

TEST_F(Delegates, CompileAgainForNewShapes) {
  FakeDelegate delegate({"ADD"});
  Interpreter interpreter = make(delegate, capi_models::add());
  for (const std::vector<int32_t>& shape : {std::vector<int32_t>{1, 3}, {2, 3}, {2, 3}}) {
    for (size_t i : {0, 1}) interpreter.resize_input(i, shape);
    interpreter.allocate_tensors();
    for (size_t i : {0, 1}) std::ranges::fill(interpreter.input(i).as<float>(), 2.0f);
    interpreter.invoke();
    EXPECT_THAT(interpreter.output(0).as<float>(), testing::Each(4));
    EXPECT_THAT(interpreter.output(0).shape(), testing::ElementsAreArray(shape));
  }
  EXPECT_EQ(delegate.compiled, 2);
  EXPECT_EQ(delegate.alive, 1);
}

TEST_F(Delegates, GiveBackWhatTheyRefuse) {
  FakeDelegate delegate({"ADD", "MUL"});
  delegate.refuses = true;
  Interpreter interpreter = make(delegate);
  interpreter.allocate_tensors();
  expect_right(run(interpreter));
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("too large"), HasSubstr("too large")));
}

TEST_F(Delegates, FailuresFallBackToTheCpu) {
  FakeDelegate delegate({"ADD", "MUL"});
  delegate.runs_left = 3;  // the second part fails in the second run
  Interpreter interpreter = make(delegate);
  interpreter.allocate_tensors();
  for (int i = 0; i < 3; ++i) expect_right(run(interpreter));
  EXPECT_EQ(delegate.alive, 0);
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("Fake part 1 is computed on the CPU from now on: unplugged"),
                                    HasSubstr("Fake part 0 is computed on the CPU from now on: unplugged")));
}

TEST_F(Delegates, LoadingExplainsWhatIsWrong) {
  EXPECT_THROW(litewright::load_delegate("/no/such/library.so"), litewright::Error);
  FakeDelegate broken({});
  broken.c.run = nullptr;
  EXPECT_THROW(make(broken), litewright::Error);
}

}  // namespace
