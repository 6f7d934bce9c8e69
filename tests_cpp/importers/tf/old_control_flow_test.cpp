// TensorFlow 1's loops, branches and tensor arrays.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "graph_def.h"

namespace litewright::tf {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

void enter(Model& model, const std::string& name, const std::string& from, bool constant = false) {
  auto node = model.nodes.add(name, "Enter", {from});
  node.attribute("frame_name").set_s("loop");
  node.attribute("is_constant").set_b(constant);
}

// for i in range(rounds): the loop's counter and its end.
void count_rounds(Model& model, int rounds) {
  model.nodes.ints("zero", {0});
  model.nodes.ints("one", {1});
  model.nodes.ints("rounds", {rounds});
  enter(model, "enter_i", "zero");
  model.nodes.add("i", "Merge", {"enter_i", "next_i"});
  model.nodes.add("less", "Less", {"i", "rounds"});
  model.nodes.add("goes_on", "LoopCond", {"less"});
  model.nodes.add("switch_i", "Switch", {"i", "goes_on"});
  model.nodes.add("sum_i", "AddV2", {"switch_i:1", "one"});
  model.nodes.add("next_i", "NextIteration", {"sum_i"});
}

// for i in range(4): x = x * 2 + c
Model counting() {
  Model model;
  count_rounds(model, 4);
  model.nodes.floats("two", {2});
  model.nodes.floats("c", {1});
  enter(model, "enter_x", "x");
  enter(model, "enter_c", "c", true);
  model.nodes.add("value", "Merge", {"enter_x", "next_x"});
  model.nodes.add("switch_x", "Switch", {"value", "goes_on"});
  model.nodes.add("inside", "Identity", {"switch_x:1"});
  model.nodes.add("double", "Mul", {"inside", "two"});
  model.nodes.add("sum_x", "AddV2", {"double", "enter_c"});
  model.nodes.add("next_x", "NextIteration", {"sum_x"});
  model.nodes.add("exit_i", "Exit", {"switch_i"});
  model.nodes.add("exit_x", "Exit", {"switch_x"});
  model.output("exit_x");
  return model;
}

TEST(OldLoop, BecomesWhile) {
  const Graph graph = counting().import();
  EXPECT_THAT(codes(graph), ElementsAre(BuiltinOp::kWhile));
  EXPECT_THAT(run(graph, {0, 1}), ElementsAre(15, 31));
}

TEST(OldLoop, ThatIsNotWholeIsRefused) {
  Model model = counting();
  for (proto::NodeDef& node : *model.message().mutable_meta_graphs(0)->mutable_graph_def()->mutable_node()) {
    if (node.name() == "next_x") node.set_op("Identity");
  }
  EXPECT_THROW(model.import(), Error);
  Model endless = counting();
  for (proto::NodeDef& node :
       *endless.message().mutable_meta_graphs(0)->mutable_graph_def()->mutable_node()) {
    if (node.name() == "sum_x") node.set_input(0, "exit_x");  // waits for the end of its own loop
  }
  EXPECT_THROW(endless.import(), Error);
}

// for i in range(3): array[i] = x
TEST(OldLoop, FillsTensorArrays) {
  Model model;
  count_rounds(model, 3);
  model.nodes.ints("all", {0, 1, 2}, {3});
  model.nodes.add("array", "TensorArrayV3", {"rounds"}).type("dtype", kFloat);
  enter(model, "enter_flow", "array:1");
  enter(model, "enter_array", "array", true);
  enter(model, "enter_x", "x", true);
  model.nodes.add("flow", "Merge", {"enter_flow", "next_flow"});
  model.nodes.add("switch_flow", "Switch", {"flow", "goes_on"});
  model.nodes.add("write", "TensorArrayWriteV3", {"enter_array", "switch_i:1", "enter_x", "switch_flow:1"});
  model.nodes.add("next_flow", "NextIteration", {"write"});
  model.nodes.add("exit_flow", "Exit", {"switch_flow"});
  model.nodes.add("read", "TensorArrayReadV3", {"array", "one", "exit_flow"}).type("dtype", kFloat);
  model.nodes.add("gathered", "TensorArrayGatherV3", {"array", "all", "exit_flow"}).type("dtype", kFloat);
  model.nodes.add("sum", "AddV2", {"gathered", "read"});
  model.output("sum");
  EXPECT_THAT(run(model.import(), {1, 2}), ElementsAre(2, 4, 2, 4, 2, 4));
}

// sum(x) > 0 ? (x * 2, 1) : (x - 1, x); the constant knows its branch only by what it waits for
Model branching() {
  Model model;
  model.nodes.ints("axes", {0, 1}, {2});
  model.nodes.floats("zero", {0});
  model.nodes.floats("two", {2});
  model.nodes.floats("one", {1});
  model.nodes.add("sum", "Sum", {"x", "axes"});
  model.nodes.add("condition", "Greater", {"sum", "zero"});
  model.nodes.add("pivot", "Switch", {"condition", "condition"});
  model.nodes.add("taken", "Identity", {"pivot:1"});
  model.nodes.add("switch", "Switch", {"x", "condition"});
  model.nodes.add("double", "Mul", {"switch:1", "two"});
  model.nodes.add("less", "Sub", {"switch", "one"});
  model.nodes.add("result", "Merge", {"less", "double"});
  model.nodes.add("ones", "Identity", {"constant"});
  model.nodes.floats("constant", {1, 1}, {1, 2});
  model.message().mutable_meta_graphs(0)->mutable_graph_def()->mutable_node()->rbegin()->add_input("^taken");
  model.nodes.add("other", "Merge", {"ones", "switch:0"});
  model.nodes.add("total", "AddV2", {"result", "other"});
  model.output("total");
  return model;
}

TEST(OldBranches, ThatAreChosenTogetherBecomeOneIf) {
  const Graph graph = branching().import();
  EXPECT_EQ(std::ranges::count(codes(graph), BuiltinOp::kIf), 1);
  EXPECT_THAT(run(graph, {1, 2}), ElementsAre(3, 5));
  EXPECT_THAT(run(graph, {-1, -2}), ElementsAre(-3, -5));
}

TEST(OldBranches, WithoutAConditionAreRefused) {
  Model model = branching();
  for (proto::NodeDef& node : *model.message().mutable_meta_graphs(0)->mutable_graph_def()->mutable_node()) {
    if (node.name() == "less") node.set_input(0, "switch:1");  // both ways are the same one
  }
  try {
    model.import();
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("chosen at run time"));
  }
}

}  // namespace
}  // namespace litewright::tf
