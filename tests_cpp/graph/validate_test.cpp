#include "graph/validate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "core/error.h"
#include "graph/builder.h"
#include "ops/option_structs.h"

namespace litewright {
namespace {

Graph valid() {
  Graph graph;
  GraphBuilder b(graph);
  const TensorId x = b.input("x", DType::kFloat32, {1, 4});
  b.set_outputs({b.add(BuiltinOp::kReshape, {x, b.ints({2, 2})})});
  graph.signatures.push_back({"serving_default", 0, {{"x", x}}, {{"y", graph.main().outputs[0]}}});
  return graph;
}

struct Case {
  const char* message;  // part of it
  std::function<void(Graph&)> damage;
};

TEST(Validate, NamesWhatIsWrong) {
  validate(valid());
  const std::vector<Case> cases = {
      {"No subgraph", [](Graph& g) { g.subgraphs.clear(); }},
      {"an input refers to tensor 99", [](Graph& g) { g.main().operators[0].inputs[0] = 99; }},
      {"an output refers to tensor -7", [](Graph& g) { g.main().operators[0].outputs[0] = -7; }},
      {"the input list refers to tensor 5", [](Graph& g) { g.main().inputs[0] = 5; }},
      {"which nothing before it writes", [](Graph& g) { g.main().inputs.clear(); }},
      {"nothing writes the output", [](Graph& g) { g.main().operators.clear(); }},
      {"should have 8 bytes and has 4",
       [](Graph& g) { g.main().tensors[1].data = Bytes::copy(std::vector<int32_t>{4}); }},
      {"a constant", [](Graph& g) { g.main().operators[0].outputs[0] = 1; }},
      {"RESHAPE has 0 inputs", [](Graph& g) { g.main().operators[0].inputs.clear(); }},
      {"lacks its input", [](Graph& g) { g.main().operators[0].inputs[0] = kNoTensor; }},
      {"its options are AddOptions", [](Graph& g) { g.main().operators[0].options = AddOptions{}; }},
      {"zero points",
       [](Graph& g) {
         g.main().tensors[0].quantization = {.scale = {1, 2, 3, 4}, .zero_point = {0, 0}, .axis = 1};
       }},
      {"is quantized along dimension 7",
       [](Graph& g) {
         g.main().tensors[0].quantization = {.scale = {1, 2}, .axis = 7};
       }},
      {"has 2 scales along dimension 1",
       [](Graph& g) {
         g.main().tensors[0].quantization = {.scale = {1, 2}, .axis = 1};
       }},
      {"has the shape", [](Graph& g) { g.main().tensors[0].shape = {-5}; }},
      {"unknown element type", [](Graph& g) { g.main().tensors[0].dtype = static_cast<DType>(77); }},
      {"signature 'serving_default'", [](Graph& g) { g.signatures[0].inputs[0].second = 44; }},
      {"refers to subgraph 3", [](Graph& g) { g.signatures[0].subgraph = 3; }},
      {"which another operator writes too",
       [](Graph& g) { g.main().operators.push_back(g.main().operators[0]); }},
  };
  for (const Case& c : cases) {
    Graph graph = valid();
    c.damage(graph);
    try {
      validate(graph);
      ADD_FAILURE() << "accepted: " << c.message;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kInvalidModel);
      EXPECT_THAT(error.what(), testing::HasSubstr(c.message));
    }
  }
}

TEST(Validate, SubgraphsMustNotCallThemselves) {
  Graph graph = valid();
  graph.subgraphs.push_back(graph.main());
  Operator call;
  call.code = BuiltinOp::kCallOnce;
  call.options = CallOnceOptions{1};
  graph.main().operators.push_back(call);
  validate(graph);
  call.options = CallOnceOptions{0};
  graph.subgraphs[1].operators.push_back(call);
  EXPECT_THROW(validate(graph), Error);
}

TEST(Builder, UnknownDimensionsStayUnknown) {
  Graph graph;
  GraphBuilder b(graph);
  const TensorId x = b.input("x", DType::kFloat32, {-1, 6, 4});
  EXPECT_EQ(b.shape(b.add(BuiltinOp::kReshape, {x, b.ints({-1, 8})})), (Shape{-1, 8}));
  EXPECT_EQ(b.shape(b.add(BuiltinOp::kTranspose, {x, b.ints({1, 0, 2})})), (Shape{6, -1, 4}));
  EXPECT_EQ(b.shape(b.add(BuiltinOp::kConcatenation, {x, x}, ConcatenationOptions{1})), (Shape{-1, 12, 4}));
}

TEST(Builder, ErrorsNameTheLayer) {
  Graph graph;
  GraphBuilder b(graph);
  b.set_layer("pool1");
  const TensorId x = b.input("x", DType::kFloat32, {1, 6});
  try {
    b.add(BuiltinOp::kReshape, {x, b.ints({4, 4})});
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("pool1"));
  }
}

}  // namespace
}  // namespace litewright
