#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "tests_cpp/ops/graph_runner.h"
#include "tests_cpp/ops/recurrent_models.h"

namespace litewright::testing {
namespace {

constexpr int kBatch = 3, kTime = 4, kInputs = 5, kUnits = 6;

struct RnnWeights {
  std::vector<float> w, r, b;
  explicit RnnWeights(uint32_t seed) {
    Random random(seed);
    w = random.reals(kUnits * kInputs, -0.6f, 0.6f);
    r = random.reals(kUnits * kUnits, -0.6f, 0.6f);
    b = random.reals(kUnits, -0.3f, 0.3f);
  }
};

// [batch][time][units] from a zero state.
std::vector<double> rnn_in_double(const RnnWeights& v, const std::vector<float>& x, Activation activation,
                                  bool backward = false) {
  std::vector<double> y(kBatch * kTime * kUnits);
  for (int b = 0; b < kBatch; ++b) {
    std::vector<double> h(kUnits);
    for (int step = 0; step < kTime; ++step) {
      const int at = b * kTime + (backward ? kTime - 1 - step : step);
      const std::vector<double> in(x.begin() + at * kInputs, x.begin() + (at + 1) * kInputs);
      const std::vector<double> wx = times(v.w, in), rh = times(v.r, h);
      for (int j = 0; j < kUnits; ++j) {
        const double z = wx[j] + rh[j] + v.b[j];
        h[j] = activation == Activation::kTanh ? std::tanh(z) : std::clamp(z, 0.0, 6.0);
      }
      std::copy(h.begin(), h.end(), y.begin() + at * kUnits);
    }
  }
  return y;
}

void add_operands(GraphBuilder& b, const RnnWeights& v, bool int8, std::vector<TensorId>& operands) {
  operands.push_back(weights(b, v.w, {kUnits, kInputs}, int8));
  operands.push_back(weights(b, v.r, {kUnits, kUnits}, int8));
  operands.push_back(b.constant(v.b, {kUnits}));
  operands.push_back(b.variable("h", DType::kFloat32, {kBatch, kUnits}));
}

TEST(UnidirectionalSequenceRnn, ComputesTheFormula) {
  const RnnWeights v(1);
  const std::vector<float> x = Random(2).reals(kBatch * kTime * kInputs, -1, 1);
  for (const bool time_major : {false, true}) {
    for (const Activation activation : {Activation::kTanh, Activation::kRelu6}) {
      for (const int hybrid : {0, 1, 2}) {
        SCOPED_TRACE(::testing::Message() << "time_major " << time_major << " hybrid " << hybrid);
        Graph graph;
        GraphBuilder b(graph);
        const Shape shape = time_major ? Shape{kTime, kBatch, kInputs} : Shape{kBatch, kTime, kInputs};
        std::vector<TensorId> operands = {b.input("x", DType::kFloat32, shape)};
        add_operands(b, v, hybrid > 0, operands);
        b.set_outputs({b.add(BuiltinOp::kUnidirectionalSequenceRnn, operands,
                             SequenceRNNOptions{time_major, activation, hybrid == 2})});
        GraphRunner model(graph);
        model.set(time_major ? swap_batch_and_time(x, kBatch, kTime) : x);
        model.invoke();
        std::vector<double> want = rnn_in_double(v, x, activation);
        if (time_major) want = swap_batch_and_time(want, kBatch, kTime);
        expect_near(model.get<float>(), want, hybrid > 0 ? 0.05 : 2e-6);
      }
    }
  }
}

TEST(Rnn, IsOneStepAndKeepsItsState) {
  const RnnWeights v(3);
  const std::vector<float> x = Random(4).reals(kBatch * kTime * kInputs, -1, 1);
  const std::vector<float> steps = swap_batch_and_time(x, kBatch, kTime);
  Graph graph;
  GraphBuilder b(graph);
  std::vector<TensorId> operands = {b.input("x", DType::kFloat32, {kBatch, kInputs})};
  add_operands(b, v, false, operands);
  b.set_outputs({b.add(BuiltinOp::kRnn, operands, RNNOptions{Activation::kTanh})});
  GraphRunner model(graph);
  std::vector<float> got;
  for (int t = 0; t < kTime; ++t) {
    const auto first = steps.begin() + t * kBatch * kInputs;
    model.set(std::vector<float>(first, first + kBatch * kInputs));
    model.invoke();
    const auto y = model.get<float>();
    got.insert(got.end(), y.begin(), y.end());
  }
  expect_near(got, swap_batch_and_time(rnn_in_double(v, x, Activation::kTanh), kBatch, kTime), 2e-6);
}

TEST(BidirectionalSequenceRnn, IsTwoRnns) {
  const RnnWeights forward(5), backward(6);
  Random random(7);
  const auto x = random.reals(kBatch * kTime * kInputs, -1, 1),
             y = random.reals(kBatch * kTime * kInputs, -1, 1);
  for (const bool aux : {false, true}) {
    Graph graph;
    GraphBuilder b(graph);
    std::vector<TensorId> operands = {b.input("x", DType::kFloat32, {kBatch, kTime, kInputs})};
    add_operands(b, forward, false, operands);
    add_operands(b, backward, false, operands);
    operands.push_back(b.input("aux", DType::kFloat32, {kBatch, kTime, kInputs}));
    for (int i = 0; i < 2; ++i) {
      operands.push_back(aux ? b.constant(std::vector<float>(kUnits * kInputs), {kUnits, kInputs})
                             : kNoTensor);
    }
    b.set_outputs(b.add_multi(BuiltinOp::kBidirectionalSequenceRnn, operands,
                              BidirectionalSequenceRNNOptions{false, Activation::kTanh, false}, 2));
    GraphRunner model(graph);
    model.set(x, y);
    model.invoke();
    expect_near(model.get<float>(0), rnn_in_double(forward, x, Activation::kTanh), 2e-6);
    expect_near(model.get<float>(1), rnn_in_double(backward, aux ? x : y, Activation::kTanh, true), 2e-6);
  }
}

// Rank 2: filters 2u and 2u + 1 add up to unit u. The state keeps the last `kMemory` projections.
TEST(Svdf, WeighsTheLastProjections) {
  constexpr int kRank = 2, kFilters = 6, kMemory = 3;
  Random random(8);
  const auto feature = random.reals(kFilters * kInputs, -0.6f, 0.6f);
  const auto time = random.reals(kFilters * kMemory, -0.6f, 0.6f);
  const auto bias = random.reals(kFilters / kRank, -0.3f, 0.3f);
  for (const int hybrid : {0, 1, 2}) {
    Graph graph;
    GraphBuilder b(graph);
    const TensorId input = b.input("x", DType::kFloat32, {kBatch, kInputs});
    b.set_outputs(
        {b.add(BuiltinOp::kSvdf,
               {input, weights(b, feature, {kFilters, kInputs}, hybrid > 0),
                weights(b, time, {kFilters, kMemory}, hybrid > 0), b.constant(bias, {kFilters / kRank}),
                b.variable("state", DType::kFloat32, {kBatch, kFilters * kMemory})},
               SVDFOptions{kRank, Activation::kRelu, hybrid == 2})});
    GraphRunner model(graph);
    std::vector<std::vector<double>> projections;
    for (int step = 0; step < 5; ++step) {
      const auto x = random.reals(kBatch * kInputs, -1, 1);
      model.set(x);
      model.invoke();
      std::vector<double> projected;
      for (int n = 0; n < kBatch; ++n) {
        const auto row = times(feature, {x.begin() + n * kInputs, x.begin() + (n + 1) * kInputs});
        projected.insert(projected.end(), row.begin(), row.end());
      }
      projections.push_back(projected);
      std::vector<double> want(kBatch * kFilters / kRank);
      for (size_t u = 0; u < want.size(); ++u) {
        double sum = bias[u % (kFilters / kRank)];
        for (int f = 0; f < kRank; ++f) {
          for (int k = 0; k < kMemory && k <= step; ++k) {
            const size_t filter = (u % (kFilters / kRank)) * kRank + f;
            const size_t at = u / (kFilters / kRank) * kFilters + filter;
            sum += time[filter * kMemory + kMemory - 1 - k] * projections[step - k][at];
          }
        }
        want[u] = std::max(sum, 0.0);
      }
      expect_near(model.get<float>(), want, hybrid > 0 ? 0.05 : 2e-6);
    }
  }
}

TEST(Svdf, RefusesARankThatDoesNotDivide) {
  Graph graph;
  GraphBuilder b(graph);
  const auto add = [&](int rank) {
    b.add(BuiltinOp::kSvdf,
          {b.input("x", DType::kFloat32, {1, 2}), b.constant(std::vector<float>(6), {3, 2}),
           b.constant(std::vector<float>(3), {3, 1}), kNoTensor, b.variable("s", DType::kFloat32, {1, 3})},
          SVDFOptions{rank});
  };
  for (const int rank : {-1, 0, 2}) EXPECT_THROW(add(rank), Error) << rank;
  add(3);
}

}  // namespace
}  // namespace litewright::testing
