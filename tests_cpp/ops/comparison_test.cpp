// Comparisons, logic, selection and conversions between types.
#include <gtest/gtest.h>

#include <complex>
#include <limits>
#include <string_view>

#include "ops/strings.h"
#include "tests_cpp/ops/op_tester.h"

namespace litewright {
namespace {

using testing::input;
using testing::Operand;
using testing::output;
using testing::per_tensor;
using testing::run;

const std::pair<BuiltinOp, std::vector<bool>> kComparisons[] = {
    // of 1 < 2, 2 == 2, 3 > 2
    {BuiltinOp::kEqual, {false, true, false}},   {BuiltinOp::kNotEqual, {true, false, true}},
    {BuiltinOp::kLess, {true, false, false}},    {BuiltinOp::kLessEqual, {true, true, false}},
    {BuiltinOp::kGreater, {false, false, true}}, {BuiltinOp::kGreaterEqual, {false, true, true}},
};

template <class T>
void check_comparisons(Quantization a = {}, Quantization b = {}, std::vector<T> y = {2}) {
  for (const auto& [op, expected] : kComparisons) {
    const auto result =
        run(op, {}, {input<T>({3}, {1, 2, 3}, a), input<T>({1}, y, b)}, {output(DType::kBool)});
    EXPECT_EQ(result[0].template as<bool>(), expected)
        << builtin_op_name(op) << " of " << dtype_name(dtype_of<T>);
  }
}

TEST(Comparisons, OfEveryType) {
  check_comparisons<float>();
  check_comparisons<int32_t>();
  check_comparisons<int64_t>();
  check_comparisons<int16_t>();
  check_comparisons<int8_t>();
  check_comparisons<int8_t>(per_tensor(0.5f, 0), per_tensor(0.25f, 10), {14});
  check_comparisons<uint8_t>(per_tensor(0.5f, 0), per_tensor(0.25f, 10), {14});
  EXPECT_THROW(
      run(BuiltinOp::kLess, {}, {input<bool>({1}, {true}), input<bool>({1}, {true})}, {output(DType::kBool)}),
      Error);
}

Operand strings(const std::vector<std::string_view>& values) {
  return {
      .dtype = DType::kString, .shape = {static_cast<int32_t>(values.size())}, .bytes = pack_strings(values)};
}

TEST(Comparisons, OfStrings) {
  const auto equal =
      run(BuiltinOp::kEqual, {}, {strings({"a", "bc", ""}), strings({"bc"})}, {output(DType::kBool)});
  EXPECT_EQ(equal[0].as<bool>(), (std::vector<bool>{false, true, false}));
}

TEST(Logic, OfBools) {
  const auto a = input<bool>({2, 1}, {true, false}), b = input<bool>({2}, {true, false});
  EXPECT_EQ(run(BuiltinOp::kLogicalAnd, {}, {a, b}, {output(DType::kBool)})[0].as<bool>(),
            (std::vector<bool>{true, false, false, false}));
  EXPECT_EQ(run(BuiltinOp::kLogicalOr, {}, {a, b}, {output(DType::kBool)})[0].as<bool>(),
            (std::vector<bool>{true, true, true, false}));
  EXPECT_EQ(run(BuiltinOp::kLogicalNot, {}, {b}, {output(DType::kBool)})[0].as<bool>(),
            (std::vector<bool>{false, true}));
}

struct SelectCase {
  BuiltinOp op;
  Shape condition, x, y, out;
  std::vector<float> expected;  // of condition true, false, ..., x = 1, 2, ..., y = -1, -2, ...
};

TEST(Select, BroadcastsItsOperands) {
  const auto numbers = [](const Shape& shape, float sign) {
    std::vector<float> values(num_elements(shape));
    for (size_t i = 0; i < values.size(); ++i) values[i] = sign * static_cast<float>(i + 1);
    return input<float>(shape, values);
  };
  for (const SelectCase& c : std::initializer_list<SelectCase>{
           {BuiltinOp::kSelect, {2, 2}, {2, 2}, {2, 2}, {2, 2}, {1, -2, 3, -4}},
           {BuiltinOp::kSelect, {2}, {2, 2}, {2, 2}, {2, 2}, {1, 2, -3, -4}},
           {BuiltinOp::kSelect, {}, {2, 2}, {2, 2}, {2, 2}, {1, 2, 3, 4}},
           {BuiltinOp::kSelectV2, {2}, {2, 2}, {2, 2}, {2, 2}, {1, -2, 3, -4}},
           {BuiltinOp::kSelectV2, {2, 1}, {2}, {}, {2, 2}, {1, 2, -1, -1}},
           {BuiltinOp::kSelectV2, {}, {}, {}, {}, {1}},
           {BuiltinOp::kSelectV2, {2, 1, 2}, {2, 1}, {1}, {2, 2, 2}, {1, -1, 2, -1, 1, -1, 2, -1}},
       }) {
    std::vector<bool> condition(num_elements(c.condition));
    for (size_t i = 0; i < condition.size(); ++i) condition[i] = i % 2 == 0;
    const auto result =
        run(c.op, {}, {input<bool>(c.condition, condition), numbers(c.x, 1), numbers(c.y, -1)},
            {output(DType::kFloat32)})[0];
    EXPECT_EQ(result.shape, c.out);
    EXPECT_EQ(result.as<float>(), c.expected);
  }
  EXPECT_THROW(run(BuiltinOp::kSelect, {},
                   {input<bool>({3}, {true, true, true}), numbers({2, 2}, 1), numbers({2, 2}, 1)},
                   {output(DType::kFloat32)}),
               Error);
}

TEST(Where, ListsTheIndexesOfWhatIsNotZero) {
  const auto result =
      run(BuiltinOp::kWhere, {}, {input<int32_t>({2, 2}, {0, 5, -1, 0})}, {output(DType::kInt64)})[0];
  EXPECT_EQ(result.shape, (Shape{2, 2}));
  EXPECT_EQ(result.as<int64_t>(), (std::vector<int64_t>{0, 1, 1, 0}));
  EXPECT_EQ(run(BuiltinOp::kWhere, {}, {input<bool>({2}, {false, false})}, {output(DType::kInt64)})[0].shape,
            (Shape{0, 1}));
}

template <class From, class To>
void check_cast(const std::vector<From>& from, const std::vector<To>& to) {
  const auto result = run(BuiltinOp::kCast, {}, {input<From>({static_cast<int32_t>(from.size())}, from)},
                          {output(dtype_of<To>)});
  EXPECT_EQ(result[0].template as<To>(), to)
      << dtype_name(dtype_of<From>) << " to " << dtype_name(dtype_of<To>);
}

TEST(Cast, BetweenTypes) {
  check_cast<float, int32_t>({1.9f, -1.9f, 3e9f, -3e9f}, {1, -1, std::numeric_limits<int32_t>::max(),
                                                          std::numeric_limits<int32_t>::min()});
  check_cast<float, bool>({0, 0.5f}, {false, true});
  check_cast<int32_t, int8_t>({300, -129}, {44, 127});
  check_cast<int64_t, float>({1 << 20}, {1 << 20});
  check_cast<bool, float>({true, false}, {1, 0});
  check_cast<std::complex<float>, float>({{2, 3}}, {2});
  check_cast<float, Half>({1.5f}, {Half{0x3E00}});
}

TEST(Quantize, ThereAndBack) {
  for (bool reference : {false, true}) {
    InterpreterOptions options;
    options.reference = reference;
    const auto q =
        run(BuiltinOp::kQuantize, QuantizeOptions(), {input<float>({5}, {0, 0.25f, -0.25f, 1000, -1000})},
            {output(DType::kInt8, per_tensor(0.5f, 3))}, options)[0]
            .as<int8_t>();
    const int half = reference ? 1 : 0;  // halves away from zero, or to even
    EXPECT_EQ(
        q, (std::vector<int8_t>{3, static_cast<int8_t>(3 + half), static_cast<int8_t>(3 - half), 127, -128}));
  }
  const auto back = run(BuiltinOp::kDequantize, DequantizeOptions(),
                        {input<uint8_t>({2}, {0, 255}, per_tensor(0.5f, 128))}, {output(DType::kFloat32)});
  EXPECT_EQ(back[0].as<float>(), (std::vector<float>{-64, 63.5f}));
  const auto wide =
      run(BuiltinOp::kQuantize, QuantizeOptions(), {input<int8_t>({2}, {-128, 127}, per_tensor(0.5f, 0))},
          {output(DType::kUInt8, per_tensor(0.5f, 128))});
  EXPECT_EQ(wide[0].as<uint8_t>(), (std::vector<uint8_t>{0, 255}));
  Quantization channels{.scale = {1, 2}, .zero_point = {0, 1}, .axis = 1};
  const auto per_channel = run(BuiltinOp::kDequantize, DequantizeOptions(),
                               {input<int8_t>({2, 2}, {1, 1, 3, 3}, channels)}, {output(DType::kFloat32)});
  EXPECT_EQ(per_channel[0].as<float>(), (std::vector<float>{1, 0, 3, 4}));
}

TEST(Bucketize, CountsBoundariesNotAbove) {
  BucketizeOptions options;
  options.boundaries = {0, 10};
  const auto result =
      run(BuiltinOp::kBucketize, options, {input<int32_t>({4}, {-1, 0, 9, 10})}, {output(DType::kInt32)});
  EXPECT_EQ(result[0].as<int32_t>(), (std::vector<int32_t>{0, 1, 1, 2}));
  options.boundaries = {10, 0};
  EXPECT_THROW(run(BuiltinOp::kBucketize, options, {input<int32_t>({1}, {0})}, {output(DType::kInt32)}),
               Error);
}

TEST(ComplexParts, AreFloats) {
  const auto x = input<std::complex<float>>({1}, {{3, -4}});
  EXPECT_EQ(run(BuiltinOp::kReal, {}, {x}, {output(DType::kFloat32)})[0].as<float>()[0], 3);
  EXPECT_EQ(run(BuiltinOp::kImag, {}, {x}, {output(DType::kFloat32)})[0].as<float>()[0], -4);
  EXPECT_EQ(run(BuiltinOp::kComplexAbs, {}, {x}, {output(DType::kFloat32)})[0].as<float>()[0], 5);
}

}  // namespace
}  // namespace litewright
