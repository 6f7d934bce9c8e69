// FULLY_CONNECTED, BATCH_MATMUL and the pools: fast paths at every instruction set and thread count against
// the reference kernels.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests_cpp/kernels/random.h"
#include "tests_cpp/ops/op_tester.h"

namespace litewright {
namespace {

using testing::constant;
using testing::input;
using testing::Operand;
using testing::per_tensor;
using testing::Result;

double value_at(const Result& result, DType dtype, size_t i) {
  switch (dtype) {
    case DType::kFloat32:
      return reinterpret_cast<const float*>(result.bytes.data())[i];
    case DType::kInt16:
      return reinterpret_cast<const int16_t*>(result.bytes.data())[i];
    case DType::kUInt8:
      return result.bytes[i];
    default:
      return static_cast<int8_t>(result.bytes[i]);
  }
}

// Within `most` of the reference, and the same bits for every thread count.
void check(BuiltinOp code, const Options& options, const std::vector<Operand>& inputs, const Operand& output,
           double most) {
  InterpreterOptions run_options;
  run_options.reference = true;
  const Result wanted = testing::run(code, options, inputs, {output}, run_options)[0];
  for (int isa = 0; isa <= static_cast<int>(detect_isa()); ++isa) {
    std::vector<uint8_t> first;
    for (int threads : {1, 3}) {
      run_options = {.num_threads = threads, .isa = static_cast<Isa>(isa)};
      const Result got = testing::run(code, options, inputs, {output}, run_options)[0];
      ASSERT_EQ(got.shape, wanted.shape);
      for (size_t i = 0; i < got.bytes.size() / dtype_size(output.dtype); ++i) {
        ASSERT_NEAR(value_at(got, output.dtype, i), value_at(wanted, output.dtype, i), most)
            << "element " << i << " at " << isa_name(run_options.isa) << " with " << threads << " threads";
      }
      if (threads == 1) first = got.bytes;
      ASSERT_EQ(got.bytes, first) << isa_name(run_options.isa) << " with " << threads << " threads differs";
    }
  }
}

struct Extents {
  int32_t rows, n, k;
};
constexpr Extents kExtents[] = {{1, 10, 300}, {1, 300, 2000}, {3, 33, 17}, {40, 70, 129}, {2, 1, 1}};

TEST(FullyConnected, FastPathsMatchTheReference) {
  constexpr uint32_t kSeed = 21;
  SCOPED_TRACE(kSeed);
  Random random(kSeed);
  const Options options = FullyConnectedOptions{Activation::kRelu};
  for (const auto& [rows, n, k] : kExtents) {
    SCOPED_TRACE(concat(rows, " x ", n, " x ", k));
    const Shape in = {rows, k}, w = {n, k}, b = {n};
    const Operand real = input(in, random.reals(rows * k, -1, 1)), bias = constant(b, random.reals(n, -1, 1));
    const Operand out = testing::output(DType::kFloat32);
    check(BuiltinOp::kFullyConnected, options, {real, constant(w, random.reals(n * k, -1, 1)), bias}, out,
          2e-4);
    const Quantization per_channel{.scale = random.reals(n, 0.005f, 0.01f)};
    const auto weights = constant(w, random.integers<int8_t>(n * k, -127, 127), per_channel);
    for (bool asymmetric : {false, true}) {
      const Options hybrid = FullyConnectedOptions{.asymmetric_quantize_inputs = asymmetric};
      check(BuiltinOp::kFullyConnected, hybrid, {real, weights, bias}, out, 1e-3);
    }
    check(BuiltinOp::kFullyConnected, options,
          {input(in, random.integers<int8_t>(rows * k, -128, 127), per_tensor(0.02f, 7)), weights,
           constant(b, random.integers<int32_t>(n, -999, 999))},
          testing::output(DType::kInt8, per_tensor(0.08f, -40)), 1);
    check(BuiltinOp::kFullyConnected, options,
          {input(in, random.integers<uint8_t>(rows * k, 0, 255), per_tensor(0.02f, 120)),
           constant(w, random.integers<uint8_t>(n * k, 0, 255), per_tensor(0.01f, 131)),
           constant(b, random.integers<int32_t>(n, -999, 999))},
          testing::output(DType::kUInt8, per_tensor(0.08f, 40)), 1);
    check(BuiltinOp::kFullyConnected, options,
          {input(in, random.integers<int16_t>(rows * k, -32768, 32767), per_tensor(0.0001f)), weights,
           constant(b, random.integers<int64_t>(n, -99999, 99999))},
          testing::output(DType::kInt16, per_tensor(0.0005f)), 1);
  }
}

TEST(BatchMatmul, FastPathsMatchTheReference) {
  constexpr uint32_t kSeed = 22;
  SCOPED_TRACE(kSeed);
  Random random(kSeed);
  constexpr int32_t kM = 19, kN = 35, kK = 23;
  for (bool adj_x : {false, true}) {
    for (bool adj_y : {false, true}) {
      const Options options = BatchMatMulOptions{adj_x, adj_y, true};
      const Shape x = adj_x ? Shape{2, 1, kK, kM} : Shape{2, 1, kM, kK};
      const Shape y = adj_y ? Shape{3, kN, kK} : Shape{3, kK, kN};
      const int64_t x_count = num_elements(x), y_count = num_elements(y);
      const Operand real = input(x, random.reals(x_count, -1, 1)), out = testing::output(DType::kFloat32);
      check(BuiltinOp::kBatchMatmul, options, {real, input(y, random.reals(y_count, -1, 1))}, out, 1e-5);
      check(BuiltinOp::kBatchMatmul, options, {real, constant(y, random.reals(y_count, -1, 1))}, out, 1e-5);
      check(BuiltinOp::kBatchMatmul, options,
            {real, constant(y, random.integers<int8_t>(y_count, -127, 127), per_tensor(0.01f))}, out, 1e-5);
      check(BuiltinOp::kBatchMatmul, options,
            {input(x, random.integers<int8_t>(x_count, -128, 127), per_tensor(0.02f, 3)),
             input(y, random.integers<int8_t>(y_count, -128, 127), per_tensor(0.01f, -5))},
            testing::output(DType::kInt8, per_tensor(0.05f, 11)), 1);
      check(BuiltinOp::kBatchMatmul, options,
            {input(x, random.integers<int16_t>(x_count, -32768, 32767), per_tensor(0.0001f)),
             input(y, random.integers<int16_t>(y_count, -32768, 32767), per_tensor(0.0001f))},
            testing::output(DType::kInt16, per_tensor(0.001f)), 0);
    }
  }
}

TEST(Pools, FastPathsMatchTheReference) {
  constexpr uint32_t kSeed = 23;
  SCOPED_TRACE(kSeed);
  Random random(kSeed);
  const Shape shape = {2, 9, 11, 37};
  const int64_t count = num_elements(shape);
  const Quantization q = per_tensor(0.05f, 3);
  for (const auto& [stride, extent] : {std::pair{2, 2}, std::pair{1, 3}, std::pair{3, 20}}) {
    for (Activation activation : {Activation::kNone, Activation::kRelu6}) {
      const Options options = Pool2DOptions{Padding::kSame, stride, stride, extent, extent - 1, activation};
      for (BuiltinOp code : {BuiltinOp::kMaxPool2D, BuiltinOp::kAveragePool2D}) {
        check(code, options, {input(shape, random.reals(count, -3, 9))}, testing::output(DType::kFloat32),
              1e-5);
        check(code, options, {input(shape, random.integers<int8_t>(count, -128, 127), q)},
              testing::output(DType::kInt8, q), 0);
        check(code, options, {input(shape, random.integers<uint8_t>(count, 0, 255), q)},
              testing::output(DType::kUInt8, q), 0);
        check(code, options,
              {input(shape, random.integers<int16_t>(count, -32768, 32767), per_tensor(0.01f))},
              testing::output(DType::kInt16, per_tensor(0.01f)), 0);
      }
      check(BuiltinOp::kL2Pool2D, options, {input(shape, random.reals(count, -3, 9))},
            testing::output(DType::kFloat32), 1e-5);
    }
  }
}

TEST(Products, RefuseWhatDoesNotFit) {
  const auto refused = [](BuiltinOp code, const Options& options, const std::vector<Operand>& inputs) {
    try {
      testing::run(code, options, inputs, {testing::output(DType::kFloat32)});
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  using ::testing::HasSubstr;
  const Operand a = input<float>({2, 3}, std::vector<float>(6)),
                b = input<float>({4, 5}, std::vector<float>(20));
  EXPECT_THAT(refused(BuiltinOp::kFullyConnected, FullyConnectedOptions{}, {a, b}), HasSubstr("rows of 5"));
  EXPECT_THAT(refused(BuiltinOp::kBatchMatmul, BatchMatMulOptions{}, {a, b}), HasSubstr("does not go with"));
  EXPECT_THAT(refused(BuiltinOp::kMaxPool2D, Pool2DOptions{}, {a}), HasSubstr("4 dimensions"));
  const Operand image = input<float>({1, 2, 2, 1}, std::vector<float>(4));
  EXPECT_THAT(refused(BuiltinOp::kMaxPool2D, Pool2DOptions{}, {image}), HasSubstr("positive"));
  EXPECT_THAT(refused(BuiltinOp::kMaxPool2D, Pool2DOptions{Padding::kValid, 1, 1, 3, 3}, {image}),
              HasSubstr("does not fit"));
}

}  // namespace
}  // namespace litewright
