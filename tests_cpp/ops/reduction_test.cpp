// MEAN, SUM and the other reductions, CUMSUM, ARG_MAX and ARG_MIN.
#include <gtest/gtest.h>

#include <cmath>

#include "tests_cpp/ops/op_tester.h"

namespace litewright {
namespace {

using testing::constant;
using testing::input;
using testing::output;
using testing::per_tensor;
using testing::run;

Options keep(bool keep_dims) {
  ReducerOptions options;
  options.keep_dims = keep_dims;
  return options;
}

template <class T>
struct Case {
  const char* name;
  BuiltinOp op;
  std::vector<int32_t> axes;
  bool keep_dims;
  Shape shape;
  std::vector<T> expected;
};

// Of the values 1 ... 12 in the shape [2, 3, 2].
template <class T>
void check(const std::vector<Case<T>>& cases) {
  std::vector<T> x(12);
  for (int i = 0; i < 12; ++i) x[i] = static_cast<T>(i + 1);
  for (const Case<T>& c : cases) {
    SCOPED_TRACE(c.name);
    const int32_t count = static_cast<int32_t>(c.axes.size());
    for (bool known : {true, false}) {  // axes as a constant, and as an input
      const auto axes = known ? constant<int32_t>({count}, c.axes) : input<int32_t>({count}, c.axes);
      const auto y = run(c.op, keep(c.keep_dims), {input<T>({2, 3, 2}, x), axes}, {output(dtype_of<T>)})[0];
      EXPECT_EQ(y.shape, c.shape);
      EXPECT_EQ(y.template as<T>(), c.expected);
    }
  }
}

TEST(Reductions, AlongEveryAxis) {
  check<float>({
      {"last", BuiltinOp::kSum, {2}, false, {2, 3}, {3, 7, 11, 15, 19, 23}},
      {"middle", BuiltinOp::kSum, {1}, false, {2, 2}, {9, 12, 27, 30}},
      {"first", BuiltinOp::kSum, {0}, true, {1, 3, 2}, {8, 10, 12, 14, 16, 18}},
      {"outer two", BuiltinOp::kSum, {0, 1}, false, {2}, {36, 42}},
      {"first and last", BuiltinOp::kSum, {0, -1}, true, {1, 3, 1}, {18, 26, 34}},
      {"one axis twice", BuiltinOp::kSum, {1, -2}, false, {2, 2}, {9, 12, 27, 30}},
      {"all", BuiltinOp::kSum, {0, 1, 2}, false, {}, {78}},
      {"none", BuiltinOp::kSum, {}, false, {2, 3, 2}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}},
      {"mean", BuiltinOp::kMean, {1, 2}, true, {2, 1, 1}, {3.5f, 9.5f}},
      {"product", BuiltinOp::kReduceProd, {1}, false, {2, 2}, {15, 48, 693, 960}},
      {"maximum", BuiltinOp::kReduceMax, {0, 2}, false, {3}, {8, 10, 12}},
      {"minimum", BuiltinOp::kReduceMin, {0, 2}, false, {3}, {1, 3, 5}},
  });
  check<int32_t>({
      {"sum", BuiltinOp::kSum, {1}, false, {2, 2}, {9, 12, 27, 30}},
      {"mean, toward zero", BuiltinOp::kMean, {1, 2}, false, {2}, {3, 9}},
      {"product", BuiltinOp::kReduceProd, {2}, false, {2, 3}, {2, 12, 30, 56, 90, 132}},
      {"maximum", BuiltinOp::kReduceMax, {1}, false, {2, 2}, {5, 6, 11, 12}},
  });
}

TEST(Reductions, OfBools) {
  const auto x = input<bool>({2, 2}, {true, false, true, true});
  const auto any =
      run(BuiltinOp::kReduceAny, keep(false), {x, constant<int32_t>({1}, {1})}, {output(DType::kBool)});
  EXPECT_EQ(any[0].as<bool>(), (std::vector<bool>{true, true}));
  const auto all =
      run(BuiltinOp::kReduceAll, keep(false), {x, constant<int32_t>({1}, {1})}, {output(DType::kBool)});
  EXPECT_EQ(all[0].as<bool>(), (std::vector<bool>{false, true}));
}

TEST(Reductions, OfNothing) {
  const auto reduced = [](BuiltinOp op) {
    return run(op, keep(false), {input<float>({2, 0}, {}), constant<int32_t>({1}, {1})},
               {output(DType::kFloat32)})[0]
        .as<float>()[0];
  };
  EXPECT_EQ(reduced(BuiltinOp::kSum), 0);
  EXPECT_EQ(reduced(BuiltinOp::kReduceProd), 1);
  EXPECT_TRUE(std::isnan(reduced(BuiltinOp::kMean)));
  EXPECT_EQ(reduced(BuiltinOp::kReduceMax), std::numeric_limits<float>::lowest());
}

TEST(Reductions, RefuseAxesOutside) {
  EXPECT_THROW(run(BuiltinOp::kSum, keep(false), {input<float>({2}, {1, 2}), constant<int32_t>({1}, {1})},
                   {output(DType::kFloat32)}),
               Error);
  EXPECT_THROW(run(BuiltinOp::kSum, keep(false), {input<float>({2}, {1, 2}), input<int32_t>({1}, {-2})},
                   {output(DType::kFloat32)}),
               Error);
}

template <class T>
void check_quantized(int in_zero, int out_zero) {
  std::vector<T> x(5 * 7 * 3);
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<T>(i * i * 31 + 7);
  for (const auto& [op, out_scale] : {std::pair{BuiltinOp::kMean, 0.4f}, {BuiltinOp::kSum, 9.0f}}) {
    for (bool reference : {false, true}) {
      InterpreterOptions options;
      options.reference = reference;
      const float unit = sizeof(T) == 1 ? 1.0f : 1.0f / 256;
      const auto y =
          run(op, keep(false),
              {input<T>({5, 7, 3}, x, per_tensor(0.5f * unit, in_zero)), constant<int32_t>({1}, {1})},
              {output(dtype_of<T>, per_tensor(out_scale * unit, out_zero))}, options)[0]
              .template as<T>();
      for (int i = 0; i < 15; ++i) {
        double sum = 0;
        for (int k = 0; k < 7; ++k) sum += 0.5 * (x[(i / 3 * 7 + k) * 3 + i % 3] - in_zero);
        const double real = (op == BuiltinOp::kMean ? sum / 7 : sum) / out_scale + out_zero;
        const double low = std::numeric_limits<T>::min(), high = std::numeric_limits<T>::max();
        ASSERT_NEAR(y[i], std::min(std::max(real, low), high), 1.01) << i;
      }
    }
  }
}

TEST(Reductions, OfQuantizedValues) {
  check_quantized<int8_t>(3, -5);
  check_quantized<uint8_t>(131, 120);
  check_quantized<int16_t>(0, 0);
}

TEST(Cumsum, GoesBothWays) {
  for (const auto& [exclusive, reverse, expected] : {std::tuple{false, false, std::vector<float>{1, 3, 6}},
                                                     {true, false, {0, 1, 3}},
                                                     {false, true, {6, 5, 3}},
                                                     {true, true, {5, 3, 0}}}) {
    CumsumOptions options;
    options.exclusive = exclusive, options.reverse = reverse;
    const auto y =
        run(BuiltinOp::kCumsum, options, {input<float>({3, 1}, {1, 2, 3}), constant<int32_t>({}, {0})},
            {output(DType::kFloat32)});
    EXPECT_EQ(y[0].as<float>(), expected);
  }
}

TEST(ArgExtremum, GivesTheFirstAndPassesOverNan) {
  ArgMaxOptions most;
  most.output_type = DType::kInt32;
  ArgMinOptions least;
  least.output_type = DType::kInt64;
  const float nan = std::nanf("");
  const std::vector<float> x = {nan, 1, 3, 3, 0, 0};
  const auto high = run(BuiltinOp::kArgMax, most, {input<float>({2, 3}, x), constant<int32_t>({}, {-1})},
                        {output(DType::kInt32)})[0];
  EXPECT_EQ(high.as<int32_t>(), (std::vector<int32_t>{2, 0}));
  const auto low = run(BuiltinOp::kArgMin, least, {input<float>({2, 3}, x), constant<int64_t>({1}, {1})},
                       {output(DType::kInt64)})[0];
  EXPECT_EQ(low.as<int64_t>(), (std::vector<int64_t>{1, 1}));
  const auto first = run(BuiltinOp::kArgMax, most, {input<float>({2, 3}, x), constant<int32_t>({}, {0})},
                         {output(DType::kInt32)})[0];
  EXPECT_EQ(first.shape, Shape{3});
  EXPECT_EQ(first.as<int32_t>(), (std::vector<int32_t>{1, 0, 0}));
}

}  // namespace
}  // namespace litewright
