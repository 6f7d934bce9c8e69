// RELU and its relatives, and the smooth functions, of floats and of quantized values.
#include <gtest/gtest.h>

#include <cmath>

#include "core/float16.h"
#include "tests_cpp/ops/op_tester.h"

namespace litewright {
namespace {

using testing::input;
using testing::output;
using testing::per_tensor;
using testing::run;

struct Function {
  const char* name;
  BuiltinOp op;
  Options options;
  double (*exact)(double x);
  float out_scale8;
  int out_zero8;       // of int8
  float out_scale16;   // 0: no 16-bit form
  double tolerance16;  // in units of the output's scale
};

Options leaky() {
  LeakyReluOptions options;
  options.alpha = 0.25f;
  return options;
}
Options approximate_gelu() {
  GeluOptions options;
  options.approximate = true;
  return options;
}
double gelu(double x) { return 0.5 * x * std::erfc(-x / std::sqrt(2.0)); }
double gelu_tanh(double x) {
  return 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
}

const Function kFunctions[] = {
    {"RELU", BuiltinOp::kRelu, {}, [](double x) { return std::max(x, 0.0); }, 0.02f, -100, 1e-4f, 1.01},
    {"RELU6",
     BuiltinOp::kRelu6,
     {},
     [](double x) { return std::min(std::max(x, 0.0), 6.0); },
     0.03f,
     -128,
     2e-4f,
     1.01},
    {"RELU_N1_TO_1",
     BuiltinOp::kReluN1To1,
     {},
     [](double x) { return std::min(std::max(x, -1.0), 1.0); },
     0.01f,
     0,
     0,
     0},
    {"RELU_0_TO_1",
     BuiltinOp::kRelu0To1,
     {},
     [](double x) { return std::min(std::max(x, 0.0), 1.0); },
     0.005f,
     -128,
     0,
     0},
    {"LEAKY_RELU", BuiltinOp::kLeakyRelu, leaky(), [](double x) { return x < 0 ? x / 4 : x; }, 0.02f, -40,
     1e-4f, 1.01},
    {"ELU", BuiltinOp::kElu, {}, [](double x) { return x < 0 ? std::expm1(x) : x; }, 0.02f, -78, 0, 0},
    {"GELU", BuiltinOp::kGelu, GeluOptions(), gelu, 0.02f, -100, 1.3e-4f, 6},
    {"GELU by tanh", BuiltinOp::kGelu, approximate_gelu(), gelu_tanh, 0.02f, -100, 1.3e-4f, 6},
    {"LOGISTIC",
     BuiltinOp::kLogistic,
     {},
     [](double x) { return 1 / (1 + std::exp(-x)); },
     1.0f / 256,
     -128,
     1.0f / 32768,
     6},
    {"TANH", BuiltinOp::kTanh, {}, [](double x) { return std::tanh(x); }, 1.0f / 128, 0, 1.0f / 32768, 6},
    {"HARD_SWISH", BuiltinOp::kHardSwish, HardSwishOptions(),
     [](double x) { return x * std::min(std::max(x + 3, 0.0), 6.0) / 6; }, 0.02f, -100, 0, 0},
    {"EXP", BuiltinOp::kExp, ExpOptions(), [](double x) { return std::exp(x); }, 0.2f, -128, 2e-3f, 6},
    {"ABS", BuiltinOp::kAbs, AbsOptions(), [](double x) { return std::abs(x); }, 0.02f, -128, 1.2e-4f, 1.01},
};

TEST(Activations, OfFloats) {
  std::vector<float> x(1001);
  for (int i = 0; i <= 1000; ++i) x[i] = 0.01f * static_cast<float>(i - 500);
  for (const Function& f : kFunctions) {
    const auto y =
        run(f.op, f.options, {input<float>({7, 143}, x)}, {output(DType::kFloat32)})[0].as<float>();
    for (size_t i = 0; i < x.size(); ++i)
      ASSERT_NEAR(y[i], f.exact(x[i]), 2e-6 * (1 + std::abs(f.exact(x[i])))) << f.name << " of " << x[i];
  }
}

template <class T>
void check_quantized(const Function& f, float in_scale, int in_zero, float out_scale, int out_zero,
                     double tolerance) {
  const int low = std::numeric_limits<T>::min(), high = std::numeric_limits<T>::max();
  std::vector<T> x;
  for (int q = low; q <= high; q += sizeof(T) == 1 ? 1 : 7) x.push_back(static_cast<T>(q));
  for (bool reference : {false, true}) {
    InterpreterOptions options;
    options.reference = reference;
    const auto y =
        run(f.op, f.options, {input<T>({static_cast<int32_t>(x.size())}, x, per_tensor(in_scale, in_zero))},
            {output(dtype_of<T>, per_tensor(out_scale, out_zero))}, options)[0]
            .template as<T>();
    for (size_t i = 0; i < x.size(); ++i) {
      const double real = f.exact(in_scale * (x[i] - in_zero)) / out_scale + out_zero;
      ASSERT_NEAR(y[i], std::min(std::max(real, double(low)), double(high)), tolerance)
          << f.name << " of stored " << x[i];
    }
  }
}

TEST(Activations, OfQuantizedValues) {
  for (const Function& f : kFunctions) {
    const double tolerance = f.op == BuiltinOp::kHardSwish ? 2.01 : 1.01;
    check_quantized<int8_t>(f, 0.031f, 10, f.out_scale8, f.out_zero8, tolerance);
    const bool takes_uint8 = f.op != BuiltinOp::kElu && f.op != BuiltinOp::kExp && f.op != BuiltinOp::kAbs;
    if (takes_uint8) check_quantized<uint8_t>(f, 0.031f, 138, f.out_scale8, f.out_zero8 + 128, tolerance);
    if (f.out_scale16 > 0) check_quantized<int16_t>(f, 1.2e-4f, 0, f.out_scale16, 0, f.tolerance16);
  }
}

TEST(Activations, OfHalfPrecision) {
  const auto y = run(BuiltinOp::kTanh, {}, {input<Half>({2}, {float_to_half(0.5f), float_to_half(-2)})},
                     {output(DType::kFloat16)})[0]
                     .as<Half>();
  EXPECT_NEAR(half_to_float(y[0]), std::tanh(0.5), 1e-3);
  EXPECT_NEAR(half_to_float(y[1]), std::tanh(-2.0), 1e-3);
}

TEST(Prelu, TakesSlopesPerChannel) {
  const auto y =
      run(BuiltinOp::kPrelu, {}, {input<float>({2, 2}, {-1, -2, 3, -4}), input<float>({2}, {0.5f, 2})},
          {output(DType::kFloat32)})[0];
  EXPECT_EQ(y.as<float>(), (std::vector<float>{-0.5f, -4, 3, -8}));
  EXPECT_THROW(run(BuiltinOp::kPrelu, {}, {input<float>({2}, {1, 2}), input<float>({2, 1}, {1, 2})},
                   {output(DType::kFloat32)}),
               Error);
}

TEST(Roots, RefuseQuantizedValuesBelowZero) {
  for (BuiltinOp op : {BuiltinOp::kSqrt, BuiltinOp::kRsqrt}) {
    const auto root = [&](int8_t stored) {
      return run(op, {}, {input<int8_t>({1}, {stored}, per_tensor(0.1f, 0))},
                 {output(DType::kInt8, per_tensor(0.1f, 0))})[0]
          .as<int8_t>()[0];
    };
    EXPECT_EQ(root(100), op == BuiltinOp::kSqrt ? 31 : 3);
    EXPECT_THROW(root(-1), Error);
  }
}

TEST(Softmax, OfQuantizedValues) {
  const std::vector<int8_t> x = {10, 20, -128, 127, 5, 5, 5, 5};
  for (bool reference : {false, true}) {
    InterpreterOptions options;
    options.reference = reference;
    SoftmaxOptions softmax;
    softmax.beta = 1;
    const auto y = run(BuiltinOp::kSoftmax, softmax, {input<int8_t>({2, 4}, x, per_tensor(0.05f, 3))},
                       {output(DType::kInt8, per_tensor(1.0f / 256, -128))}, options)[0]
                       .as<int8_t>();
    const auto log_y =
        run(BuiltinOp::kLogSoftmax, LogSoftmaxOptions(), {input<int8_t>({2, 4}, x, per_tensor(0.05f, 3))},
            {output(DType::kInt8, per_tensor(16.0f / 256, 127))}, options)[0]
            .as<int8_t>();
    for (int row = 0; row < 2; ++row) {
      double sum = 0;
      for (int i = 0; i < 4; ++i) sum += std::exp(0.05 * x[row * 4 + i]);
      for (int i = 0; i < 4; ++i) {
        const double p = std::exp(0.05 * x[row * 4 + i]) / sum;
        EXPECT_NEAR(y[row * 4 + i], 256 * p - 128, 1.01);
        EXPECT_NEAR(log_y[row * 4 + i], std::max(-128.0, 16 * std::log(p) + 127), 1.01);
      }
    }
  }
}

TEST(L2Normalization, DividesByTheNorm) {
  const auto y = run(BuiltinOp::kL2Normalization, L2NormOptions(), {input<float>({2, 2}, {3, 4, 0, 0})},
                     {output(DType::kFloat32)})[0]
                     .as<float>();
  EXPECT_FLOAT_EQ(y[0], 0.6f);
  EXPECT_FLOAT_EQ(y[1], 0.8f);
  EXPECT_EQ(y[2], 0);
  const auto q =
      run(BuiltinOp::kL2Normalization, L2NormOptions(), {input<int8_t>({2}, {30, 40}, per_tensor(0.1f, 0))},
          {output(DType::kInt8, per_tensor(1.0f / 128, 0))})[0]
          .as<int8_t>();
  EXPECT_NEAR(q[0], 77, 1);
  EXPECT_NEAR(q[1], 102, 1);
}

}  // namespace
}  // namespace litewright
