// CONCATENATION where there is nothing to join, and where values have no place in the result.
#include <gtest/gtest.h>

#include "ops/option_structs.h"
#include "ops/strings.h"
#include "tests_cpp/ops/op_tester.h"

namespace litewright::testing {
namespace {

ConcatenationOptions along(int axis) { return {.axis = axis}; }

Result joined(DType dtype, const std::vector<Operand>& parts, int axis, Quantization q = {}) {
  return run(BuiltinOp::kConcatenation, along(axis), parts, {output(dtype, std::move(q))}).at(0);
}

TEST(Concatenation, PartsWithoutElements) {
  const Result result = joined(
      DType::kFloat32, {input<float>({2, 0}, {}), input<float>({2, 1}, {1, 2}), input<float>({2, 0}, {})}, 1);
  EXPECT_EQ(result.shape, (Shape{2, 1}));
  EXPECT_EQ(result.as<float>(), (std::vector<float>{1, 2}));
}

// Nothing lies outside of the axis: neither a division by it nor a table for its values.
TEST(Concatenation, NothingAtAll) {
  EXPECT_EQ(joined(DType::kFloat32, {input<float>({0, 2}, {}), input<float>({0, 3}, {})}, 1).shape,
            (Shape{0, 5}));
  const Result bytes = joined(DType::kInt8,
                              {input<int8_t>({0, 2}, {}, per_tensor(0.5f)),  //
                               input<int8_t>({0, 3}, {}, per_tensor(2, 7))},
                              1, per_tensor(1));
  EXPECT_EQ(bytes.shape, (Shape{0, 5}));
  Operand none{.dtype = DType::kString, .shape = {0, 2}, .bytes = pack_strings({})};
  EXPECT_EQ(joined(DType::kString, {none, none}, 1).shape, (Shape{0, 4}));
}

// The ratio of the scales is infinite: what is not a number becomes the largest.
TEST(Concatenation, ValuesBeyondTheResultsRangeAreItsBounds) {
  const Result result =
      joined(DType::kInt8, {input<int8_t>({3}, {-1, 0, 1}, per_tensor(1e30f, 1))}, 0, per_tensor(1e-30f));
  EXPECT_EQ(result.as<int8_t>(), (std::vector<int8_t>{-128, 127, 127}));
}

}  // namespace
}  // namespace litewright::testing
