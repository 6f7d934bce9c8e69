#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "kernels/softmax/kernel.h"

namespace litewright {
namespace {

TEST(SoftmaxKernels, AreCloseToTheExactFunctionAtEveryLevel) {
  for (int level = 0; level <= static_cast<int>(current_isa()); ++level) {
    const SoftmaxVariant& variant = softmax_variant(static_cast<Isa>(level));
    for (int depth : {1, 2, 7, 16, 17, 100, 1001}) {
      const int rows = 3;
      std::vector<float> in(rows * depth), soft(in.size()), log_soft(in.size());
      for (size_t i = 0; i < in.size(); ++i) in[i] = 20 * std::sin(static_cast<float>(i * i % 1013));
      variant.softmax(in.data(), soft.data(), rows, depth, 0.5f);
      variant.log_softmax(in.data(), log_soft.data(), rows, depth);
      for (int row = 0; row < rows; ++row) {
        double sum = 0, log_sum = 0;
        for (int i = 0; i < depth; ++i)
          sum += std::exp(0.5 * in[row * depth + i]), log_sum += std::exp(in[row * depth + i]);
        for (int i = 0; i < depth; ++i) {
          const int at = row * depth + i;
          const double exact = std::exp(0.5 * in[at]) / sum;
          ASSERT_NEAR(soft[at], exact, 3e-6 * exact) << variant.name << " depth " << depth;
          ASSERT_NEAR(log_soft[at], in[at] - std::log(log_sum), 8e-6) << variant.name << " depth " << depth;
        }
      }
    }
  }
}

}  // namespace
}  // namespace litewright
