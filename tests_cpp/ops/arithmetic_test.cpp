// ADD, SUB, MUL, DIV and the other operators on two operands.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>

#include "tests_cpp/ops/op_tester.h"

namespace litewright {
namespace {

using testing::input;
using testing::output;
using testing::per_tensor;
using testing::run;

Options relu6_add() {
  AddOptions options;
  options.fused_activation_function = Activation::kRelu6;
  return options;
}

template <class T>
struct BinaryCase {
  const char* name;
  BuiltinOp op;
  Options options;
  Shape a_shape, b_shape;
  std::vector<T> a, b, expected;
};

template <class T>
void check(const std::vector<BinaryCase<T>>& cases) {
  for (const BinaryCase<T>& c : cases) {
    SCOPED_TRACE(c.name);
    const auto result =
        run(c.op, c.options, {input<T>(c.a_shape, c.a), input<T>(c.b_shape, c.b)}, {output(dtype_of<T>)});
    EXPECT_EQ(result[0].template as<T>(), c.expected);
    EXPECT_EQ(result[0].shape, *broadcast(c.a_shape, c.b_shape));
  }
}

TEST(BinaryOperators, ComputeFloats) {
  const Shape two = {2}, matrix = {2, 2}, column = {2, 1};
  check<float>({
      {"add", BuiltinOp::kAdd, AddOptions(), two, two, {1, 2}, {3, 4}, {4, 6}},
      {"add a row", BuiltinOp::kAdd, AddOptions(), matrix, two, {1, 2, 3, 4}, {10, 20}, {11, 22, 13, 24}},
      {"add a column",
       BuiltinOp::kAdd,
       AddOptions(),
       matrix,
       column,
       {1, 2, 3, 4},
       {10, 20},
       {11, 12, 23, 24}},
      {"add a row to a column",
       BuiltinOp::kAdd,
       AddOptions(),
       column,
       two,
       {1, 2},
       {10, 20},
       {11, 21, 12, 22}},
      {"add a scalar", BuiltinOp::kAdd, AddOptions(), two, {}, {1, 2}, {5}, {6, 7}},
      {"add, RELU6", BuiltinOp::kAdd, relu6_add(), two, two, {-5, 4}, {1, 4}, {0, 6}},
      {"add nothing", BuiltinOp::kAdd, AddOptions(), {0, 2}, two, {}, {1, 2}, {}},
      {"sub", BuiltinOp::kSub, SubOptions(), {}, two, {5}, {1, 2}, {4, 3}},
      {"mul", BuiltinOp::kMul, MulOptions(), two, two, {1, 2}, {3, 4}, {3, 8}},
      {"div", BuiltinOp::kDiv, DivOptions(), two, two, {1, 2}, {2, 8}, {0.5f, 0.25f}},
      {"maximum", BuiltinOp::kMaximum, MaximumMinimumOptions(), two, two, {1, 4}, {3, 2}, {3, 4}},
      {"minimum", BuiltinOp::kMinimum, MaximumMinimumOptions(), two, two, {1, 4}, {3, 2}, {1, 2}},
      {"squared difference",
       BuiltinOp::kSquaredDifference,
       SquaredDifferenceOptions(),
       two,
       two,
       {1, 4},
       {3, 1},
       {4, 9}},
      {"floor_div", BuiltinOp::kFloorDiv, FloorDivOptions(), two, two, {-7, 7}, {2, 2}, {-4, 3}},
      {"floor_mod", BuiltinOp::kFloorMod, FloorModOptions(), two, two, {-7, 7}, {3, -3}, {2, -2}},
      {"pow", BuiltinOp::kPow, PowOptions(), two, two, {2, 9}, {3, 0.5f}, {8, 3}},
      {"atan2", BuiltinOp::kAtan2, ATan2Options(), two, two, {0, 1}, {1, 0}, {0, std::atan2(1.0f, 0.0f)}},
  });
}

TEST(BinaryOperators, ComputeIntegers) {
  constexpr int32_t kMin = std::numeric_limits<int32_t>::min(), kMax = std::numeric_limits<int32_t>::max();
  const Shape two = {2};
  check<int32_t>({
      {"add wraps", BuiltinOp::kAdd, AddOptions(), two, two, {kMax, 1}, {1, 2}, {kMin, 3}},
      {"add, RELU6", BuiltinOp::kAdd, relu6_add(), two, two, {7, -9}, {1, 2}, {6, 0}},
      {"sub", BuiltinOp::kSub, SubOptions(), two, two, {7, -9}, {1, 2}, {6, -11}},
      {"mul", BuiltinOp::kMul, MulOptions(), two, two, {7, -9}, {3, 2}, {21, -18}},
      {"div toward zero", BuiltinOp::kDiv, DivOptions(), two, two, {-7, kMin}, {2, -1}, {-3, kMin}},
      {"floor_div", BuiltinOp::kFloorDiv, FloorDivOptions(), two, two, {-7, kMin}, {2, -1}, {-4, kMin}},
      {"floor_mod", BuiltinOp::kFloorMod, FloorModOptions(), two, two, {-7, kMin}, {2, -1}, {1, 0}},
      {"pow", BuiltinOp::kPow, PowOptions(), two, two, {-3, 2}, {3, 10}, {-27, 1024}},
      {"squared difference",
       BuiltinOp::kSquaredDifference,
       SquaredDifferenceOptions(),
       two,
       two,
       {1, 4},
       {3, 1},
       {4, 9}},
      {"xor", BuiltinOp::kBitwiseXor, BitwiseXorOptions(), two, two, {5, -1}, {3, 1}, {6, -2}},
      {"right shift", BuiltinOp::kRightShift, RightShiftOptions(), two, two, {-8, 8}, {1, 77}, {-4, 0}},
  });
  check<int64_t>({
      {"add",
       BuiltinOp::kAdd,
       AddOptions(),
       two,
       two,
       {int64_t{1} << 40, 1},
       {1, 2},
       {(int64_t{1} << 40) + 1, 3}},
      {"mul", BuiltinOp::kMul, MulOptions(), two, two, {int64_t{1} << 40, 3}, {2, 2}, {int64_t{1} << 41, 6}},
      {"floor_mod", BuiltinOp::kFloorMod, FloorModOptions(), two, two, {-7, 7}, {2, 3}, {1, 1}},
  });
}

TEST(BinaryOperators, RefuseWhatIsImpossible) {
  const auto ints = [](BuiltinOp op, const Options& options, int32_t b) {
    return run(op, options, {input<int32_t>({1}, {4}), input<int32_t>({1}, {b})}, {output(DType::kInt32)});
  };
  EXPECT_THROW(ints(BuiltinOp::kDiv, DivOptions(), 0), Error);
  EXPECT_THROW(ints(BuiltinOp::kFloorDiv, FloorDivOptions(), 0), Error);
  EXPECT_THROW(ints(BuiltinOp::kFloorMod, FloorModOptions(), 0), Error);
  EXPECT_THROW(ints(BuiltinOp::kPow, PowOptions(), -1), Error);
  EXPECT_THROW(run(BuiltinOp::kAdd, AddOptions(), {input<float>({2}, {1, 2}), input<float>({3}, {1, 2, 3})},
                   {output(DType::kFloat32)}),
               Error);
  EXPECT_THROW(run(BuiltinOp::kAdd, AddOptions(), {input<float>({1}, {1}), input<int32_t>({1}, {1})},
                   {output(DType::kFloat32)}),
               Error);
  EXPECT_THROW(run(BuiltinOp::kAdd, AddOptions(), {input<int8_t>({1}, {1}), input<int8_t>({1}, {1})},
                   {output(DType::kInt8)}),
               Error);  // no scales
}

struct QuantizedCase {
  const char* name;
  BuiltinOp op;
  Options options;
  std::function<double(double, double)> exact;
};

// The results of stored operands, against real arithmetic: off by one at most, in both modes.
template <class T>
void check_quantized(const QuantizedCase& c, int a_zero, int b_zero, int out_zero, double divisor_floor) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(::testing::Message() << c.name << " of " << dtype_name(dtype_of<T>) << ", seed " << seed);
  std::mt19937 random(seed);
  const int low = std::numeric_limits<T>::min(), high = std::numeric_limits<T>::max();
  const float unit = sizeof(T) == 1 ? 1.0f : 1.0f / 256;
  const float a_scale = 0.03f * unit, b_scale = 0.07f * unit, out_scale = 0.11f * unit;
  std::vector<T> a(600), b(600);
  for (size_t i = 0; i < a.size(); ++i) {
    do a[i] = static_cast<T>(std::uniform_int_distribution<int>(low, high)(random));
    while (divisor_floor > 0 && std::abs(a[i] - a_zero) < 24);  // the reference's shifts wrap around there
    do b[i] = static_cast<T>(std::uniform_int_distribution<int>(low, high)(random));
    while (std::abs(b_scale * (b[i] - b_zero)) < divisor_floor);
  }
  for (bool reference : {false, true}) {
    InterpreterOptions options;
    options.reference = reference;
    const auto result = run(c.op, c.options,
                            {input<T>({600}, a, per_tensor(a_scale, a_zero)),
                             input<T>({600}, b, per_tensor(b_scale, b_zero))},
                            {output(dtype_of<T>, per_tensor(out_scale, out_zero))}, options)[0]
                            .template as<T>();
    for (size_t i = 0; i < a.size(); ++i) {
      const double real =
          c.exact(a_scale * (a[i] - a_zero), b_scale * (b[i] - b_zero)) / out_scale + out_zero;
      ASSERT_NEAR(result[i], std::min(std::max(real, double(low)), double(high)), 1.01)
          << a[i] << " and " << b[i];
    }
  }
}

TEST(BinaryOperators, ComputeQuantizedValues) {
  SubOptions sub;
  AddOptions add;
  add.pot_scale_int16 = sub.pot_scale_int16 = false;
  const QuantizedCase cases[] = {
      {"add", BuiltinOp::kAdd, add, [](double a, double b) { return a + b; }},
      {"sub", BuiltinOp::kSub, sub, [](double a, double b) { return a - b; }},
      {"mul", BuiltinOp::kMul, MulOptions(), [](double a, double b) { return a * b; }},
      {"div", BuiltinOp::kDiv, DivOptions(), [](double a, double b) { return a / b; }},
  };
  for (const QuantizedCase& c : cases) {
    const double floor = c.op == BuiltinOp::kDiv ? 0.3 : 0;
    check_quantized<int8_t>(c, -12, 5, 7, floor);
    check_quantized<uint8_t>(c, 120, 131, 100, floor);
    check_quantized<int16_t>(c, 0, 0, 0, floor);
  }
}

TEST(BinaryOperators, AddPowerOfTwoScales) {
  const auto result = run(BuiltinOp::kAdd, AddOptions(),
                          {input<int16_t>({3}, {100, 101, 32767}, per_tensor(0x1p-13f)),
                           input<int16_t>({3}, {5, 5, 32767}, per_tensor(0x1p-12f))},
                          {output(DType::kInt16, per_tensor(0x1p-12f))});
  EXPECT_EQ(result[0].as<int16_t>(), (std::vector<int16_t>{55, 56, 32767}));
}

TEST(AddN, AddsAll) {
  const auto f = run(BuiltinOp::kAddN, AddNOptions(),
                     {input<float>({2}, {1, 2}), input<float>({2}, {3, 4}), input<float>({2}, {5, 6})},
                     {output(DType::kFloat32)});
  EXPECT_EQ(f[0].as<float>(), (std::vector<float>{9, 12}));
  const auto i = run(BuiltinOp::kAddN, AddNOptions(),
                     {input<int32_t>({2}, {1, 2}), input<int32_t>({2}, {3, 4})}, {output(DType::kInt32)});
  EXPECT_EQ(i[0].as<int32_t>(), (std::vector<int32_t>{4, 6}));
}

}  // namespace
}  // namespace litewright
