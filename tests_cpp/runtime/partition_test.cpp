#include "runtime/partition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace litewright {
namespace {

using testing::ElementsAre;

// Operators as (inputs -> output) over tensors; 0 is the subgraph's input.
Subgraph make(std::vector<std::pair<std::vector<TensorId>, TensorId>> ops, std::vector<TensorId> outputs) {
  Subgraph subgraph;
  subgraph.inputs = {0};
  subgraph.outputs = std::move(outputs);
  subgraph.tensors.resize(ops.size() + 1);
  for (auto& [inputs, output] : ops) {
    Operator op;
    op.inputs = std::move(inputs);
    op.outputs = {output};
    subgraph.operators.push_back(std::move(op));
  }
  return subgraph;
}

TEST(Partition, BranchesBesideOtherOperatorsStayTogether) {
  // 1 -> 2 and 3 -> 4 are independent; only 3 is not claimed.
  const Subgraph subgraph = make({{{0}, 1}, {{0}, 2}, {{1}, 3}, {{3, 2}, 4}}, {4});
  EXPECT_THAT(group_operators(subgraph, {1, 0, 1, 1}), ElementsAre(ElementsAre(1), ElementsAre(0, 2, 3)));
}

TEST(Partition, NoGroupNeedsWhatNeedsIt) {
  // 0 -> 1 -> 2 with the middle not claimed, and 3 which needs 0 and 2.
  const Subgraph subgraph = make({{{0}, 1}, {{1}, 2}, {{2}, 3}, {{1, 3}, 4}}, {4});
  EXPECT_THAT(group_operators(subgraph, {1, 0, 1, 1}),
              ElementsAre(ElementsAre(0), ElementsAre(1), ElementsAre(2, 3)));
}

TEST(Partition, OperatorsThatStayKeepTheirOrder) {
  const Subgraph subgraph = make({{{0}, 1}, {{1}, 2}, {{0}, 3}}, {2, 3});
  EXPECT_THAT(group_operators(subgraph, {1, 0, 0}),
              ElementsAre(ElementsAre(0), ElementsAre(1), ElementsAre(2)));
}

TEST(Partition, CutOutHasWhatOthersNeedAsOutputs) {
  const Subgraph subgraph = make({{{0}, 1}, {{1, 0}, 2}, {{1}, 3}}, {2, 3});
  const Part part = cut_out(subgraph, {0, 1});
  EXPECT_THAT(part.outer_inputs, ElementsAre(0));
  EXPECT_THAT(part.outer_outputs, ElementsAre(1, 2));
  EXPECT_EQ(part.subgraph.operators.size(), 2u);
  EXPECT_EQ(part.subgraph.tensors.size(), 3u);
}

}  // namespace
}  // namespace litewright
