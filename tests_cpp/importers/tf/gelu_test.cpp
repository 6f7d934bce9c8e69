// GELU in the forms that frameworks write it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "graph_def.h"

namespace litewright::tf {
namespace {

using testing::ElementsAre;

void constants(Model& model) {
  model.nodes.floats("half", {0.5});
  model.nodes.floats("one", {1});
  model.nodes.floats("root", {0.70710678F});
  model.nodes.floats("sqrt2", {1.41421356F});
  model.nodes.floats("three", {3});
  model.nodes.floats("cubic", {0.044715F});
  model.nodes.floats("slope", {0.79788456F});
}

TEST(Gelu, WithErf) {  // (x * 0.5) * (1 + erf(x / sqrt 2))
  Model model;
  constants(model);
  model.nodes.add("a", "Mul", {"half", "x"});
  model.nodes.add("b", "RealDiv", {"x", "sqrt2"});
  model.nodes.add("c", "Erf", {"b"});
  model.nodes.add("d", "AddV2", {"one", "c"});
  model.nodes.add("y", "Mul", {"a", "d"});
  model.output("y");
  const Graph graph = model.import();
  EXPECT_THAT(codes(graph), ElementsAre(BuiltinOp::kGelu));
  EXPECT_FALSE(graph.main().operators[0].options.get<GeluOptions>().approximate);
}

TEST(Gelu, WithErfc) {  // 0.5 * x * erfc(-x / sqrt 2)
  Model model;
  constants(model);
  model.nodes.add("a", "Mul", {"half", "x"});
  model.nodes.add("b", "Neg", {"x"});
  model.nodes.add("c", "Mul", {"b", "root"});
  model.nodes.add("d", "Erfc", {"c"});
  model.nodes.add("y", "Mul", {"a", "d"});
  model.output("y");
  EXPECT_THAT(codes(model.import()), ElementsAre(BuiltinOp::kGelu));
}

TEST(Gelu, WithTanh) {  // x * (0.5 * (1 + tanh(0.798 * (x + 0.0447 * x^3))))
  Model model;
  constants(model);
  model.nodes.add("a", "Pow", {"x", "three"});
  model.nodes.add("b", "Mul", {"cubic", "a"});
  model.nodes.add("c", "AddV2", {"x", "b"});
  model.nodes.add("d", "Mul", {"c", "slope"});
  model.nodes.add("e", "Tanh", {"d"});
  model.nodes.add("f", "AddV2", {"e", "one"});
  model.nodes.add("g", "Mul", {"half", "f"});
  model.nodes.add("y", "Mul", {"x", "g"});
  model.output("y");
  const Graph graph = model.import();
  EXPECT_THAT(codes(graph), ElementsAre(BuiltinOp::kGelu));
  EXPECT_TRUE(graph.main().operators[0].options.get<GeluOptions>().approximate);
}

TEST(Gelu, OtherProductsStay) {  // x * (1 + erf(x / sqrt 2)): without the half
  Model model;
  constants(model);
  model.nodes.add("b", "RealDiv", {"x", "sqrt2"});
  model.nodes.add("c", "Erf", {"b"});
  model.nodes.add("d", "AddV2", {"one", "c"});
  model.nodes.add("y", "Mul", {"x", "d"});
  model.output("y");
  const Graph graph = model.import();
  EXPECT_GT(codes(graph).size(), 1U);
  const std::vector<float> y = run(graph, {1, -2});
  EXPECT_NEAR(y[0], 1 + std::erf(std::sqrt(0.5)), 1e-6);
  EXPECT_NEAR(y[1], -2 * (1 + std::erf(-std::sqrt(2.0))), 1e-6);
}

TEST(Erf, IsExactNearZeroAndFarAway) {
  for (const bool complement : {false, true}) {
    Model model;
    model.nodes.add("y", complement ? "Erfc" : "Erf", {"x"});
    model.output("y");
    const std::vector<float> x = {0.0F, -0.0F, 1e-8F, 1e-3F, -0.5F, 1, 2.5F, -3, 6, -6, 40, -40};
    const std::vector<float> y = run(model.import(), x);
    for (size_t i = 0; i < x.size(); ++i)
      EXPECT_NEAR(y[i], complement ? std::erfc(x[i]) : std::erf(x[i]), 3e-7) << "x = " << x[i];
  }
}

}  // namespace
}  // namespace litewright::tf
