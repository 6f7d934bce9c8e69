#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "core/error.h"
#include "graph/builder.h"
#include "ops/option_structs.h"
#include "ops/strings.h"
#include "tests_cpp/ops/graph_runner.h"

namespace litewright::testing {
namespace {

using Build = std::function<void(GraphBuilder&)>;

// Subgraphs 1, 2 ... of a graph, then the main one.
Graph with_subgraphs(const std::vector<Build>& callees, const Build& main) {
  Graph graph;
  graph.subgraphs.resize(1 + callees.size());
  for (size_t i = 0; i < callees.size(); ++i) {
    graph.subgraphs[i + 1].name = concat("callee_", i + 1);
    GraphBuilder b(graph, static_cast<int>(i) + 1);
    callees[i](b);
  }
  graph.main().name = "main";
  GraphBuilder b(graph, 0);
  main(b);
  return graph;
}

Operator call(BuiltinOp code, std::vector<TensorId> inputs, Options options) {
  Operator op;
  op.code = code;
  op.inputs = std::move(inputs);
  op.options = std::move(options);
  return op;
}

Tensor unknown(DType dtype = DType::kFloat32) {
  return {.name = "result", .dtype = dtype, .has_rank = false};
}

void add_one(GraphBuilder& b) {
  const TensorId x = b.input("x", DType::kFloat32, {-1});
  b.set_outputs({b.add(BuiltinOp::kAdd, {x, b.scalar(1.0f)}, AddOptions{})});
}
void twice_along(GraphBuilder& b) {
  const TensorId x = b.input("x", DType::kFloat32, {-1});
  b.set_outputs({b.add(BuiltinOp::kConcatenation, {x, x}, ConcatenationOptions{})});
}
void untouched(GraphBuilder& b) { b.set_outputs({b.input("x", DType::kFloat32, {-1})}); }

std::string error_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(If, RunsOneBranch) {
  struct Case {
    Build then, otherwise;
    std::vector<float> when_true, when_false;
  };
  const std::vector<float> x = {1, 2}, more = {2, 3}, longer = {1, 2, 1, 2};
  const std::vector<Case> cases = {{add_one, untouched, more, x},
                                   {twice_along, add_one, longer, more},
                                   {untouched, twice_along, x, longer}};
  for (const Case& test : cases) {
    GraphRunner model(with_subgraphs({test.then, test.otherwise}, [](GraphBuilder& b) {
      const TensorId condition = b.input("condition", DType::kBool, {}),
                     v = b.input("v", DType::kFloat32, {2});
      const TensorId result =
          b.add_declared(call(BuiltinOp::kIf, {condition, v}, IfOptions{1, 2}), {unknown()})[0];
      b.set_outputs(
          b.add_declared(call(BuiltinOp::kAdd, {result, b.scalar(10.0f)}, AddOptions{}), {unknown()}));
    }));
    for (const uint8_t condition : {1, 0, 1}) {
      model.set(std::vector<uint8_t>{condition}, x);
      model.invoke();
      std::vector<float> want = condition ? test.when_true : test.when_false;
      for (float& value : want) value += 10;
      EXPECT_EQ(model.get<float>(), want);
    }
  }
}

TEST(StablehloCase, TakesTheLastBranchForAnyOtherIndex) {
  GraphRunner model(with_subgraphs({add_one, twice_along, untouched}, [](GraphBuilder& b) {
    const TensorId index = b.input("index", DType::kInt32, {}), v = b.input("v", DType::kFloat32, {1});
    b.set_outputs(b.add_declared(call(BuiltinOp::kStablehloCase, {index, v}, StablehloCaseOptions{{1, 2, 3}}),
                                 {unknown()}));
  }));
  const std::vector<std::pair<int32_t, std::vector<float>>> cases = {{0, {6}}, {1, {5, 5}}, {2, {5}},
                                                                     {3, {5}}, {-1, {5}},   {INT32_MIN, {5}}};
  for (const auto& [index, want] : cases) {
    model.set(std::vector<int32_t>{index}, std::vector<float>{5});
    model.invoke();
    EXPECT_EQ(model.get<float>(), want) << index;
  }
}

TEST(StablehloComposite, RunsItsDecomposition) {
  GraphRunner model(with_subgraphs({add_one}, [](GraphBuilder& b) {
    const TensorId v = b.input("v", DType::kFloat32, {3});
    StableHLOCompositeOptions options;
    options.decomposition_subgraph_index = 1;
    b.set_outputs(b.add_declared(call(BuiltinOp::kStablehloComposite, {v}, options), {unknown()}));
  }));
  model.set(std::vector<float>{1, 2, 3});
  model.invoke();
  EXPECT_EQ(model.get<float>(), (std::vector<float>{2, 3, 4}));
}

// while (i < n) { i += 1; a, b = b, a + b }: carried values change places.
TEST(While, CarriesValuesThatChangePlaces) {
  const Build condition = [](GraphBuilder& b) {
    const TensorId i = b.input("i", DType::kInt32, {}), n = b.input("n", DType::kInt32, {});
    b.input("a", DType::kInt32, {1});
    b.input("b", DType::kInt32, {1});
    b.set_outputs({b.add(BuiltinOp::kLess, {i, n}, LessOptions{})});
  };
  const Build body = [](GraphBuilder& b) {
    const TensorId i = b.input("i", DType::kInt32, {}), n = b.input("n", DType::kInt32, {});
    const TensorId x = b.input("a", DType::kInt32, {1}), y = b.input("b", DType::kInt32, {1});
    b.set_outputs({b.add(BuiltinOp::kAdd, {i, b.scalar(1)}, AddOptions{}), n, y,
                   b.add(BuiltinOp::kAdd, {x, y}, AddOptions{})});
  };
  GraphRunner model(with_subgraphs({condition, body}, [](GraphBuilder& b) {
    const TensorId n = b.input("n", DType::kInt32, {});
    const Tensor scalar{.name = "s", .dtype = DType::kInt32},
        vector{.name = "v", .dtype = DType::kInt32, .shape = {1}};
    const auto results = b.add_declared(call(BuiltinOp::kWhile,
                                             {b.scalar(0), n, b.constant(std::vector<int32_t>{0}, {1}),
                                              b.constant(std::vector<int32_t>{1}, {1})},
                                             WhileOptions{1, 2}),
                                        {scalar, scalar, vector, vector});
    b.set_outputs({results[2], results[0]});
  }));
  const std::vector<std::pair<int32_t, int32_t>> cases = {{0, 0}, {1, 1}, {10, 55}, {2, 1}, {20, 6765}};
  for (const auto& [n, fibonacci] : cases) {
    model.set(std::vector<int32_t>{n});
    model.invoke();
    EXPECT_EQ(model.get<int32_t>(0), std::vector<int32_t>{fibonacci});
    EXPECT_EQ(model.get<int32_t>(1), std::vector<int32_t>{n});
  }
}

// The body may change a shape at every round: [1] -> [2] -> [4] -> [8].
TEST(While, CarriesShapesThatChange) {
  const Build condition = [](GraphBuilder& b) {
    const TensorId x = b.input("x", DType::kFloat32, {-1});
    const TensorId size = b.add(BuiltinOp::kShape, {x}, ShapeOptions{DType::kInt32});
    b.set_outputs({b.add(BuiltinOp::kLess, {size, b.ints({6})}, LessOptions{})});
  };
  GraphRunner model(with_subgraphs({condition, twice_along}, [](GraphBuilder& b) {
    const TensorId x = b.input("x", DType::kFloat32, {-1});
    b.set_outputs(b.add_declared(call(BuiltinOp::kWhile, {x}, WhileOptions{1, 2}), {unknown()}));
  }));
  for (const auto& [first, last] : std::vector<std::pair<int, int>>{{1, 8}, {3, 6}, {7, 7}, {1, 8}}) {
    model.resize(0, {first});
    model.set(std::vector<float>(first, 2.5f));
    model.invoke();
    EXPECT_EQ(model.shape(), Shape{last});
    EXPECT_EQ(model.get<float>(), std::vector<float>(last, 2.5f));
  }
}

TEST(ControlFlow, RefusesCallsThatDoNotFit) {
  const Build bool_result = [](GraphBuilder& b) {
    b.input("x", DType::kFloat32, {-1});
    b.set_outputs({b.constant(std::vector<uint8_t>{0}, {})});
    b.tensor(b.subgraph().outputs[0]).dtype = DType::kBool;
  };
  const Build two_inputs = [](GraphBuilder& b) {
    const TensorId x = b.input("x", DType::kFloat32, {1}), y = b.input("y", DType::kFloat32, {1});
    b.set_outputs({b.add(BuiltinOp::kAdd, {x, y}, AddOptions{})});
  };
  const Build int_input = [](GraphBuilder& b) { b.set_outputs({b.input("x", DType::kInt32, {1})}); };
  const Build constant_input = [](GraphBuilder& b) {
    const TensorId x = b.constant(std::vector<float>{1}, {1});
    b.subgraph().inputs = {x};
    b.set_outputs({x});
  };
  struct Case {
    const char* message;
    Build callee;
    Options options;
    BuiltinOp code = BuiltinOp::kIf;
  };
  const std::vector<Case> cases = {
      {"has 2 inputs and is given 1", two_inputs, IfOptions{1, 1}},
      {"which is int32", int_input, IfOptions{1, 1}},
      {"cannot be set", constant_input, IfOptions{1, 1}},
      {"calls subgraph 7 of 2", add_one, IfOptions{1, 7}},
      {"calls subgraph -1 of 2", add_one, IfOptions{-1, 1}},
      {"subgraph 0 calls itself", add_one, IfOptions{1, 0}},
      {"should be one bool", add_one, IfOptions{1, 1}, BuiltinOp::kAdd},
      {"should have one bool output", add_one, WhileOptions{1, 1}, BuiltinOp::kWhile},
      {"is bool", bool_result, WhileOptions{1, 1}, BuiltinOp::kWhile},
  };
  for (const Case& test : cases) {
    EXPECT_THAT(
        error_of([&] {
          const bool loop = test.code == BuiltinOp::kWhile, wrong = test.code == BuiltinOp::kAdd;
          GraphRunner model(with_subgraphs({test.callee}, [&](GraphBuilder& b) {
            const TensorId condition = b.input("c", wrong ? DType::kInt32 : DType::kBool, {});
            const TensorId x = b.input("x", DType::kFloat32, {1});
            const std::vector<TensorId> operands =
                loop ? std::vector<TensorId>{x} : std::vector<TensorId>{condition, x};
            b.set_outputs(b.add_declared(
                call(loop ? BuiltinOp::kWhile : BuiltinOp::kIf, operands, test.options), {unknown()}));
          }));
          model.invoke();
        }),
        ::testing::HasSubstr(test.message));
  }
}

TEST(ControlFlow, RefusesSubgraphsThatCallEachOtherInACircle) {
  const auto caller = [](int other) {
    return [other](GraphBuilder& b) {
      const TensorId x = b.input("x", DType::kFloat32, {1});
      StableHLOCompositeOptions options;
      options.decomposition_subgraph_index = other;
      b.set_outputs(b.add_declared(call(BuiltinOp::kStablehloComposite, {x}, options), {unknown()}));
    };
  };
  EXPECT_THAT(error_of([&] {
                GraphRunner model(with_subgraphs({caller(2), caller(1)}, caller(1)));
              }),
              ::testing::HasSubstr("calls itself"));
  std::vector<Build> chain;
  for (int i = 0; i < 200; ++i) chain.push_back(i == 199 ? Build(untouched) : Build(caller(i + 2)));
  EXPECT_THAT(error_of([&] { GraphRunner model(with_subgraphs(chain, caller(1))); }),
              ::testing::HasSubstr("deep"));
}

Operator handle(const std::string& name) {
  return call(BuiltinOp::kVarHandle, {}, VarHandleOptions{"", name});
}
const Tensor kHandle{.name = "handle", .dtype = DType::kResource};

// CALL_ONCE sets the variable to 1; every run adds x to it and returns it.
Graph counter() {
  const Build init = [](GraphBuilder& b) {
    const TensorId h = b.add_declared(handle("counter"), {kHandle})[0];
    b.add_declared(call(BuiltinOp::kAssignVariable, {h, b.constant(std::vector<float>{1}, {1})},
                        AssignVariableOptions{}),
                   {});
  };
  return with_subgraphs({init}, [](GraphBuilder& b) {
    const TensorId x = b.input("x", DType::kFloat32, {1});
    b.add_declared(call(BuiltinOp::kCallOnce, {}, CallOnceOptions{1}), {});
    const TensorId h = b.add_declared(handle("counter"), {kHandle})[0];
    const TensorId old = b.add_declared(call(BuiltinOp::kReadVariable, {h}, ReadVariableOptions{}),
                                        {{.name = "old", .dtype = DType::kFloat32, .shape = {1}}})[0];
    const TensorId sum = b.add(BuiltinOp::kAdd, {old, x}, AddOptions{});
    b.add_declared(call(BuiltinOp::kAssignVariable, {h, sum}, AssignVariableOptions{}), {});
    b.set_outputs({sum});
  });
}

TEST(ResourceVariable, LivesAsLongAsTheInterpreter) {
  GraphRunner model(counter());
  for (const float want : {3.0f, 5.0f, 7.0f}) {
    model.set(std::vector<float>{2});
    model.invoke();
    EXPECT_EQ(model.get<float>(), std::vector<float>{want});
    model.interpreter().reset_variables();  // leaves resource variables alone
  }
  GraphRunner other(counter());
  other.set(std::vector<float>{2});
  other.invoke();
  EXPECT_EQ(other.get<float>(), std::vector<float>{3});
}

TEST(ResourceVariable, ReadBeforeAssignmentAndInAnotherFormAreErrors) {
  const auto model_of = [](DType dtype, const Shape& shape, bool assign) {
    return with_subgraphs({}, [&](GraphBuilder& b) {
      const TensorId h = b.add_declared(handle("v"), {kHandle})[0];
      if (assign) {
        b.add_declared(call(BuiltinOp::kAssignVariable, {h, b.constant(std::vector<float>{1, 2}, {2})},
                            AssignVariableOptions{}),
                       {});
      }
      b.set_outputs(b.add_declared(call(BuiltinOp::kReadVariable, {h}, ReadVariableOptions{}),
                                   {{.name = "value", .dtype = dtype, .shape = shape}}));
    });
  };
  const auto run = [&](DType dtype, const Shape& shape, bool assign) {
    return error_of([&] { GraphRunner(model_of(dtype, shape, assign)).invoke(); });
  };
  EXPECT_THAT(run(DType::kFloat32, {2}, false), ::testing::HasSubstr("has no value yet"));
  EXPECT_THAT(run(DType::kFloat32, {3}, true),
              ::testing::HasSubstr("is float32[2] and is read as float32[3]"));
  EXPECT_THAT(run(DType::kInt32, {2}, true), ::testing::HasSubstr("is read as int32"));
  EXPECT_EQ(run(DType::kFloat32, {2}, true), "no error");
  EXPECT_EQ(run(DType::kFloat32, {}, true), "no error");  // declared without dimensions: whatever comes
}

Bytes strings(const std::vector<std::string_view>& texts) { return Bytes::own(pack_strings(texts)); }

// A table of two entries, looked up by the main input or a constant.
Graph table(bool from_string, bool import) {
  return with_subgraphs({}, [&](GraphBuilder& b) {
    const DType key = from_string ? DType::kString : DType::kInt64,
                value = from_string ? DType::kInt64 : DType::kString;
    const TensorId h = b.add_declared(call(BuiltinOp::kHashtable, {}, HashtableOptions{7, key, value}),
                                      {{.name = "t", .dtype = DType::kResource, .shape = {1}}})[0];
    const TensorId texts = b.constant(DType::kString, {2}, strings({"one", "two"}));
    const TensorId numbers = b.constant(std::vector<int64_t>{1, 2}, {2});
    if (import) {
      b.add_declared(
          call(BuiltinOp::kHashtableImport, {h, from_string ? texts : numbers, from_string ? numbers : texts},
               HashtableImportOptions{}),
          {});
    }
    const TensorId keys = from_string ? b.constant(DType::kString, {3}, strings({"two", "", "one"}))
                                      : b.constant(std::vector<int64_t>{2, -5, 1}, {3});
    const TensorId missing = from_string ? b.constant(std::vector<int64_t>{-1}, {1})
                                         : b.constant(DType::kString, {1}, strings({"none"}));
    b.set_outputs({b.add_declared(call(BuiltinOp::kHashtableFind, {h, keys, missing}, HashtableFindOptions{}),
                                  {unknown(value)})[0],
                   b.add_declared(call(BuiltinOp::kHashtableSize, {h}, HashtableSizeOptions{}),
                                  {unknown(DType::kInt64)})[0]});
  });
}

TEST(Hashtable, FindsNumbersByTextAndTextByNumber) {
  GraphRunner numbers(table(true, true)), texts(table(false, true));
  for (int run = 0; run < 2; ++run) {
    numbers.invoke();
    texts.invoke();
    EXPECT_EQ(numbers.get<int64_t>(0), (std::vector<int64_t>{2, -1, 1}));
    EXPECT_EQ(numbers.get<int64_t>(1), std::vector<int64_t>{2});
    const std::vector<uint8_t> bytes = texts.get<uint8_t>(0);
    const StringReader reader(bytes.data(), bytes.size());
    ASSERT_EQ(reader.count(), 3);
    EXPECT_EQ(reader[0], "two");
    EXPECT_EQ(reader[1], "none");
    EXPECT_EQ(reader[2], "one");
  }
}

TEST(Hashtable, RefusesWhatIsNotThere) {
  EXPECT_THAT(error_of([] { GraphRunner(table(true, false)).invoke(); }),
              ::testing::HasSubstr("hashtable need to be initialized before using"));
  Graph graph = table(true, true);
  graph.main().operators[0].options = HashtableOptions{7, DType::kInt32, DType::kInt64};
  EXPECT_THAT(error_of([&] { GraphRunner(graph).invoke(); }), ::testing::HasSubstr("from int32 to int64"));
  graph = table(true, true);
  graph.main().operators[0].options = HashtableOptions{7, DType::kInt64, DType::kString};
  EXPECT_THAT(error_of([&] { GraphRunner(graph).invoke(); }),
              ::testing::HasSubstr("the table's keys are not string"));
  graph = table(true, true);
  Tensor& key = graph.main().tensors[graph.main().operators[1].inputs[1]];
  std::vector<uint8_t> damaged(key.data.data(), key.data.data() + key.data.size());
  damaged[4] = 200;
  key.data = Bytes::own(damaged);
  EXPECT_THAT(error_of([&] { GraphRunner(graph).invoke(); }), ::testing::HasSubstr("string"));
}

}  // namespace
}  // namespace litewright::testing
