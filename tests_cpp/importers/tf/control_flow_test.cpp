// Loops, branches and lists of TensorFlow graphs; what damaged ones raise.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "graph_def.h"

namespace litewright::tf {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// while i < 5: x = x * 2 + c, i = i + 1
Model counting() {
  Model model;
  auto condition = model.function("cond", {"i", "x", "c"}, {"less:z:0"});
  condition.ints("five", {5});
  condition.add("less", "Less", {"i", "five:output:0"});
  auto body = model.function("body", {"i", "x", "c"}, {"next:z:0", "sum:z:0", "c"});
  body.ints("one", {1});
  body.floats("two", {2});
  body.add("next", "AddV2", {"i", "one:output:0"});
  body.add("double", "Mul", {"x", "two:output:0"});
  body.add("sum", "AddV2", {"double:z:0", "c"});
  model.nodes.ints("zero", {0});
  model.nodes.floats("c", {1});
  model.nodes.add("loop", "While", {"zero", "x", "c"}).function("cond", "cond").function("body", "body");
  model.output("loop:1");
  return model;
}

TEST(TensorFlowLoop, CountsAndKeepsConstantsOut) {
  const Graph graph = counting().import();
  EXPECT_THAT(codes(graph), ElementsAre(BuiltinOp::kWhile));
  EXPECT_EQ(graph.main().operators[0].inputs.size(), 2U);  // i and x; c is a constant of the body
  EXPECT_THAT(run(graph, {0, 1, 2, 3}), ElementsAre(31, 63, 95, 127));
}

TEST(TensorFlowLoop, ExchangesItsValues) {  // a, b = b, a + b: neither may be overwritten before it is read
  Model model;
  auto condition = model.function("cond", {"i", "a", "b"}, {"less:z:0"});
  condition.ints("three", {3});
  condition.add("less", "Less", {"i", "three:output:0"});
  auto body = model.function("body", {"i", "a", "b"}, {"next:z:0", "b", "sum:z:0"});
  body.ints("one", {1});
  body.add("next", "AddV2", {"i", "one:output:0"});
  body.add("sum", "AddV2", {"a", "b"});
  model.nodes.ints("zero", {0});
  model.nodes.add("loop", "StatelessWhile", {"zero", "x", "x"})
      .function("cond", "cond")
      .function("body", "body");
  model.output("loop:1");
  EXPECT_THAT(run(model.import(), {1, 2}), ElementsAre(3, 6));
}

TEST(TensorFlowLoop, GrowingValuesHaveUnknownExtents) {  // x = concat(x, first row of x)
  Model model;
  auto condition = model.function("cond", {"i", "x"}, {"less:z:0"});
  condition.ints("two", {2});
  condition.add("less", "Less", {"i", "two:output:0"});
  auto body = model.function("body", {"i", "x"}, {"next:z:0", "longer:output:0"});
  body.ints("one", {1});
  body.ints("zero", {0});
  body.ints("begin", {0, 0}, {2});
  body.ints("size", {1, 2}, {2});
  body.add("next", "AddV2", {"i", "one:output:0"});
  body.add("first", "Slice", {"x", "begin:output:0", "size:output:0"});
  body.add("longer", "ConcatV2", {"x", "first:output:0", "zero:output:0"});
  model.nodes.ints("zero", {0});
  model.nodes.add("loop", "While", {"zero", "x"}).function("cond", "cond").function("body", "body");
  model.output("loop:1");
  EXPECT_THAT(run(model.import(), {1, 2}), ElementsAre(1, 2, 1, 2, 1, 2));
}

// for i in range(3): list[i] = x * i, as [3, ?, 2]; the loop must find out what the list holds.
Model collecting(const std::string& stack) {
  Model model;
  auto condition = model.function("cond", {"i", "list", "x"}, {"less:z:0"});
  condition.ints("three", {3});
  condition.add("less", "Less", {"i", "three:output:0"});
  auto body = model.function("body", {"i", "list", "x"}, {"next:z:0", "set:output_handle:0", "x"});
  body.ints("one", {1});
  body.add("next", "AddV2", {"i", "one:output:0"});
  body.add("number", "Cast", {"i"}).type("SrcT", kInt).type("DstT", kFloat);
  body.add("item", "Mul", {"x", "number:y:0"});
  body.add("set", "TensorListSetItem", {"list", "i", "item:z:0"}).type("element_dtype", kFloat);
  model.nodes.ints("zero", {0});
  model.nodes.ints("any", {-1});
  model.nodes.ints("three", {3});
  model.nodes.add("list", "TensorListReserve", {"any", "three"}).type("element_dtype", kFloat);
  model.nodes.add("loop", "While", {"zero", "list", "x"}).function("cond", "cond").function("body", "body");
  model.nodes.add("all", stack, {"loop:1", "any"}).type("element_dtype", kFloat);
  model.output("all");
  return model;
}

TEST(TensorFlowList, TakesTheShapeOfWhatTheLoopPutsIn) {
  const Graph graph = collecting("TensorListStack").import();
  EXPECT_EQ(graph.main().tensors[graph.main().outputs[0]].shape, (Shape{3, -1, 2}));
  EXPECT_THAT(run(graph, {1, 2, 3, 4}), ElementsAre(0, 0, 0, 0, 1, 2, 3, 4, 2, 4, 6, 8));
}

TEST(TensorFlowList, ElementsAreRead) {
  Model model;
  model.nodes.ints("any", {-1});
  model.nodes.ints("index", {-1});
  model.nodes.ints("one", {1});
  model.nodes.add("list", "TensorListFromTensor", {"x", "any"}).type("element_dtype", kFloat);
  model.nodes.add("longer", "TensorListPushBack", {"list", "row"}).type("element_dtype", kFloat);
  model.nodes.floats("row", {8, 9}, {2});
  model.nodes.add("shorter", "TensorListPopBack", {"longer", "any"}).type("element_dtype", kFloat);
  model.nodes.add("item", "TensorListGetItem", {"shorter", "one", "any"}).type("element_dtype", kFloat);
  model.nodes.add("sum", "AddV2", {"item", "shorter:1"});
  model.output("sum");
  EXPECT_THAT(run(model.import(), {1, 2, 3, 4}), ElementsAre(11, 13));
}

// if sum(x) > 0: x * 2, else: -x
Model branching() {
  Model model;
  auto then = model.function("then", {"x"}, {"y:z:0"});
  then.floats("two", {2});
  then.add("y", "Mul", {"x", "two:output:0"});
  auto otherwise = model.function("else", {"x"}, {"y:y:0"});
  otherwise.add("y", "Neg", {"x"});
  model.nodes.ints("axes", {0, 1}, {2});
  model.nodes.floats("zero", {0});
  model.nodes.add("sum", "Sum", {"x", "axes"});
  model.nodes.add("positive", "Greater", {"sum", "zero"});
  model.nodes.add("if", "If", {"positive", "x"})
      .function("then_branch", "then")
      .function("else_branch", "else");
  model.output("if");
  return model;
}

TEST(TensorFlowBranch, RunsTheOneThatIsChosen) {
  const Graph graph = branching().import();
  EXPECT_EQ(codes(graph).back(), BuiltinOp::kIf);
  EXPECT_THAT(run(graph, {1, 2}), ElementsAre(2, 4));
  EXPECT_THAT(run(graph, {-1, -2}), ElementsAre(1, 2));
}

TEST(TensorFlowBranch, ConstantConditionsLeaveOneBranch) {
  Model model = branching();
  auto* condition = model.message().mutable_meta_graphs(0)->mutable_graph_def();
  for (proto::NodeDef& node : *condition->mutable_node()) {
    if (node.name() == "if") node.set_input(0, "yes");
  }
  auto* tensor = model.nodes.add("yes", "Const").attribute("value").mutable_tensor();
  tensor->set_dtype(kBool);
  tensor->add_bool_val(true);
  EXPECT_THAT(codes(model.import()), ElementsAre(BuiltinOp::kMul));
}

TEST(TensorFlowBranch, CasesAreNumbered) {
  Model model;
  auto first = model.function("first", {"x"}, {"y:y:0"});
  first.add("y", "Neg", {"x"});
  auto second = model.function("second", {"x"}, {"y:y:0"});
  second.add("y", "Square", {"x"});
  model.nodes.ints("axis", {0});
  model.nodes.ints("begin", {0, 0}, {2});
  model.nodes.ints("size", {1, 1}, {2});
  model.nodes.ints("none", {}, {0});
  model.nodes.add("corner", "Slice", {"x", "begin", "size"});
  model.nodes.add("scalar", "Reshape", {"corner", "none"});
  model.nodes.add("which", "Cast", {"scalar"}).type("SrcT", kFloat).type("DstT", kInt);
  auto node = model.nodes.add("case", "Case", {"which", "x"});
  for (const char* name : {"first", "second", "first"})
    node.attribute("branches").mutable_list()->add_func()->set_name(name);
  model.output("case");
  const Graph graph = model.import();
  EXPECT_THAT(run(graph, {0, 3}), ElementsAre(0, -3));
  EXPECT_THAT(run(graph, {1, 3}), ElementsAre(1, 9));
  EXPECT_THAT(run(graph, {7, 3}), ElementsAre(-7, -3));  // beyond the last: the last
}

std::string message_of(const Model& model) {
  try {
    model.import();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

proto::NodeDef& node_of(Model& model, const std::string& name) {
  for (proto::NodeDef& node : *model.message().mutable_meta_graphs(0)->mutable_graph_def()->mutable_node()) {
    if (node.name() == name) return node;
  }
  throw std::out_of_range(name);
}

TEST(DamagedTensorFlowGraph, LoopsSayWhatIsWrong) {
  Model missing = counting();
  (*node_of(missing, "loop").mutable_attr())["body"].mutable_func()->set_name("nowhere");
  EXPECT_THAT(message_of(missing), HasSubstr("the function 'nowhere' is missing"));
  Model no_attribute = counting();
  node_of(no_attribute, "loop").mutable_attr()->erase("cond");
  EXPECT_THAT(message_of(no_attribute), HasSubstr("the attribute 'cond' is missing"));
  Model fewer = counting();
  node_of(fewer, "loop").mutable_input()->RemoveLast();
  EXPECT_THAT(message_of(fewer), HasSubstr("the loop has 2 values, its body returns 3"));
  Model itself = counting();
  (*node_of(itself, "loop").mutable_attr())["body"].mutable_func()->set_name("cond");
  EXPECT_THAT(message_of(itself), HasSubstr("its body returns 1"));
}

TEST(DamagedTensorFlowGraph, LoopsThatChangeTypesAndRanks) {
  for (const auto& [op, message] :
       {std::pair("Shape", "changes its type"), std::pair("Rank", "changes its type")}) {
    Model model;
    auto condition = model.function("cond", {"x"}, {"yes:output:0"});
    auto* tensor = condition.add("yes", "Const").attribute("value").mutable_tensor();
    tensor->set_dtype(kBool);
    tensor->add_bool_val(true);
    auto body = model.function("body", {"x"}, {"y:output:0"});
    body.add("y", op, {"x"});
    model.nodes.add("loop", "While", {"x"}).function("cond", "cond").function("body", "body");
    model.output("loop");
    EXPECT_THAT(message_of(model), HasSubstr(message));
  }
}

TEST(DamagedTensorFlowGraph, FunctionsThatCallThemselves) {
  Model model;
  auto body = model.function("round", {"x"}, {"again:output:0"});
  body.add("again", "PartitionedCall", {"x"}).function("f", "round");
  model.nodes.add("call", "PartitionedCall", {"x"}).function("f", "round");
  model.output("call");
  EXPECT_THAT(message_of(model), HasSubstr("the function 'round' calls itself"));
  Model loop;
  loop.function("cond", {"x"}, {"x"});
  auto inner = loop.function("body", {"x"}, {"again:output:0"});
  inner.add("again", "While", {"x"}).function("cond", "cond").function("body", "body");
  loop.nodes.add("loop", "While", {"x"}).function("cond", "cond").function("body", "body");
  loop.output("loop");
  EXPECT_THAT(message_of(loop), HasSubstr("calls itself"));
}

TEST(DamagedTensorFlowGraph, FunctionsThatGrowWithoutBound) {  // 2^40 nodes
  Model model;
  for (int i = 0; i < 40; ++i) {
    auto body = model.function("f" + std::to_string(i), {"x"}, {"b:output:0"});
    const std::string next = "f" + std::to_string(i + 1);
    body.add("a", i < 39 ? "PartitionedCall" : "Identity", {"x"}).function("f", next);
    body.add("b", i < 39 ? "PartitionedCall" : "Identity", {"a:output:0"}).function("f", next);
  }
  model.nodes.add("call", "PartitionedCall", {"x"}).function("f", "f0");
  model.output("call");
  EXPECT_THAT(message_of(model), HasSubstr("call each other too often"));
}

TEST(DamagedTensorFlowGraph, ListsOfImpossibleLengths) {
  Model model = collecting("TensorListStack");
  auto* value = (*node_of(model, "three").mutable_attr())["value"].mutable_tensor();
  value->set_int_val(0, -7);
  EXPECT_THAT(message_of(model), HasSubstr("a list of length -7"));
  Model no_list = collecting("TensorListStack");
  node_of(no_list, "all").set_input(0, "x");
  EXPECT_THAT(message_of(no_list), HasSubstr("operand 0 should be a list"));
}

TEST(DamagedTensorFlowGraph, BranchesThatDoNotFit) {
  Model model = branching();
  (*node_of(model, "if").mutable_attr())["else_branch"].mutable_func()->set_name("other");
  auto other = model.function("other", {"x"}, {"y:output:0"});
  other.add("y", "Shape", {"x"});
  EXPECT_THAT(message_of(model), HasSubstr("make them alike"));
  Model arguments = branching();
  node_of(arguments, "if").add_input("x");
  EXPECT_THAT(message_of(arguments), HasSubstr("with 2 operands instead of 1"));
}

}  // namespace
}  // namespace litewright::tf
