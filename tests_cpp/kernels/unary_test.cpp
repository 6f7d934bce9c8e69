#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "kernels/unary/kernel.h"

namespace litewright {
namespace {

struct Case {
  const char* name;
  UnaryOp op;
  float low, high;
  double (*exact)(double x);
  double relative;  // the most the result may be off, in units of the exact one
};

const Case kCases[] = {
    {"clamp", UnaryOp::kClamp, -5, 5, [](double x) { return std::min(std::max(x, -1.0), 2.0); }, 0},
    {"leaky_relu", UnaryOp::kLeakyRelu, -5, 5, [](double x) { return x > 0 ? x : -x; }, 0},
    {"elu", UnaryOp::kElu, -100, 5, [](double x) { return x < 0 ? std::expm1(x) : x; }, 4e-7},
    {"gelu", UnaryOp::kGelu, -9, 9, [](double x) { return 0.5 * x * std::erfc(-x / std::sqrt(2.0)); }, 1e-5},
    {"gelu of moderate values", UnaryOp::kGelu, -3, 3,
     [](double x) { return 0.5 * x * std::erfc(-x / std::sqrt(2.0)); }, 1e-6},
    {"gelu_tanh", UnaryOp::kGeluTanh, -4, 4,
     [](double x) { return x / (1 + std::exp(-2 * std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x))); },
     2e-6},
    {"logistic", UnaryOp::kLogistic, -87, 87, [](double x) { return 1 / (1 + std::exp(-x)); }, 4e-7},
    {"tanh", UnaryOp::kTanh, -12, 12, [](double x) { return std::tanh(x); }, 4e-7},
    {"tanh of small values", UnaryOp::kTanh, -0.7f, 0.7f, [](double x) { return std::tanh(x); }, 4e-7},
    {"hard_swish", UnaryOp::kHardSwish, -5, 5,
     [](double x) { return x * std::min(std::max(x + 3, 0.0), 6.0) / 6; }, 4e-7},
    {"exp", UnaryOp::kExp, -87, 88, [](double x) { return std::exp(x); }, 4e-7},
    {"abs", UnaryOp::kAbs, -5, 5, [](double x) { return std::abs(x); }, 0},
    {"neg", UnaryOp::kNeg, -5, 5, [](double x) { return -x; }, 0},
    {"square", UnaryOp::kSquare, -5, 5, [](double x) { return x * x; }, 1e-7},
    {"sqrt", UnaryOp::kSqrt, 0, 5, [](double x) { return std::sqrt(x); }, 1e-7},
    {"rsqrt", UnaryOp::kRsqrt, 0.001f, 5, [](double x) { return 1 / std::sqrt(x); }, 2e-7},
    {"floor", UnaryOp::kFloor, -5, 5, [](double x) { return std::floor(x); }, 0},
    {"ceil", UnaryOp::kCeil, -5, 5, [](double x) { return std::ceil(x); }, 0},
    {"round", UnaryOp::kRound, -5, 5, [](double x) { return std::nearbyint(x); }, 0},
    {"affine", UnaryOp::kAffine, 1, 5, [](double x) { return -x + 2; }, 3e-7},
};

TEST(UnaryKernels, AreCloseToTheExactFunctionAtEveryLevel) {
  constexpr int kCount = 40001;  // not a multiple of any vector
  std::vector<float> in(kCount), out(kCount);
  for (const Case& c : kCases) {
    for (int i = 0; i < kCount; ++i)
      in[i] = c.low + (c.high - c.low) * (static_cast<float>(i) / (kCount - 1));
    for (int level = 0; level <= static_cast<int>(current_isa()); ++level) {
      const Isa isa = static_cast<Isa>(level);
      unary_function(c.op, isa)(in.data(), out.data(), kCount, -1.0f, 2.0f);
      double worst = 0;
      float at = 0;
      for (int i = 0; i < kCount; ++i) {
        const double exact = c.exact(in[i]);
        const double off = std::abs(out[i] - exact) / std::max(std::abs(exact), 1e-30);
        if (!(off <= worst)) worst = off, at = in[i];
      }
      EXPECT_LE(worst, c.relative) << c.name << "(" << at << ") with " << unary_variant(isa).name;
    }
  }
}

TEST(UnaryKernels, KeepSpecialValues) {
  constexpr float kInf = std::numeric_limits<float>::infinity(),
                  kNan = std::numeric_limits<float>::quiet_NaN();
  struct Special {
    UnaryOp op;
    float in, out;
  };
  for (int level = 0; level <= static_cast<int>(current_isa()); ++level) {
    for (const Special& s : {Special{UnaryOp::kExp, kInf, kInf},
                             {UnaryOp::kExp, -kInf, 0},
                             {UnaryOp::kExp, 100, kInf},
                             {UnaryOp::kExp, kNan, kNan},
                             {UnaryOp::kExp, -103, 1.4e-45f},
                             {UnaryOp::kTanh, kInf, 1},
                             {UnaryOp::kTanh, -kInf, -1},
                             {UnaryOp::kTanh, kNan, kNan},
                             {UnaryOp::kTanh, 0, 0},
                             {UnaryOp::kLogistic, kInf, 1},
                             {UnaryOp::kLogistic, -kInf, 0},
                             {UnaryOp::kLogistic, kNan, kNan},
                             {UnaryOp::kElu, -kInf, -1},
                             {UnaryOp::kElu, kInf, kInf},
                             {UnaryOp::kElu, kNan, kNan},
                             {UnaryOp::kClamp, kNan, kNan},
                             {UnaryOp::kClamp, kInf, 2},
                             {UnaryOp::kFloor, 1e10f, 1e10f},
                             {UnaryOp::kFloor, -0.5f, -1},
                             {UnaryOp::kCeil, 0.2f, 1},
                             {UnaryOp::kRound, 2.5f, 2},
                             {UnaryOp::kRound, kInf, kInf},
                             {UnaryOp::kFloor, kNan, kNan},
                             {UnaryOp::kGelu, 20, 20},
                             {UnaryOp::kGeluTanh, 20, 20},
                             {UnaryOp::kGelu, kNan, kNan},
                             {UnaryOp::kSqrt, -1, kNan},
                             {UnaryOp::kRsqrt, 0, kInf}}) {
      float out;
      unary_function(s.op, static_cast<Isa>(level))(&s.in, &out, 1, -1.0f, 2.0f);
      if (std::isnan(s.out)) {
        EXPECT_TRUE(std::isnan(out)) << static_cast<int>(s.op) << "(" << s.in << ") is " << out
                                     << " at level " << level;
      } else {
        EXPECT_EQ(out, s.out) << static_cast<int>(s.op) << "(" << s.in << ") at level " << level;
      }
    }
  }
}

}  // namespace
}  // namespace litewright
