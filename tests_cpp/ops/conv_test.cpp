// The fast convolutions at every instruction set and thread count against the reference kernels.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests_cpp/kernels/random.h"
#include "tests_cpp/ops/op_tester.h"

namespace litewright {
namespace {

using testing::Operand;
using testing::Result;

struct Case {
  const char* name;
  int32_t batch, height, width, channels, out_channels, kernel_h, kernel_w, stride, dilation;
  Padding padding;
  int32_t groups = 1;
};
constexpr Padding kS = Padding::kSame, kV = Padding::kValid;
// For depthwise cases `out_channels` is channels * multiplier and `groups` is not used.
constexpr Case kConvs[] = {
    {"one channel", 2, 9, 11, 1, 5, 3, 3, 1, 1, kV},
    {"1x1", 1, 5, 7, 17, 33, 1, 1, 1, 1, kS},
    {"1x1 strided", 2, 6, 5, 8, 9, 1, 1, 2, 1, kS},
    {"3x3", 1, 13, 10, 6, 40, 3, 3, 1, 1, kS},
    {"strided", 3, 11, 12, 3, 8, 3, 3, 2, 1, kS},
    {"dilated", 1, 12, 9, 4, 7, 3, 2, 1, 2, kS},
    {"groups", 1, 7, 7, 12, 18, 3, 3, 1, 1, kS, 3},
    {"larger than the image", 1, 3, 2, 5, 4, 5, 5, 1, 1, kS},
    {"strips", 2, 9, 70, 8, 33, 3, 3, 1, 1, kS},
    {"dilated strips", 1, 12, 13, 4, 5, 3, 2, 2, 2, kS},
    {"winograd", 2, 14, 17, 20, 35, 3, 3, 1, 1, kS},
    {"winograd valid", 1, 18, 18, 64, 16, 3, 3, 1, 1, kV},
    {"deep", 1, 4, 4, 70, 3, 3, 3, 1, 1, kS},
    {"winograd row", 1, 17, 17, 32, 32, 1, 7, 1, 1, kS},
    {"winograd column", 1, 17, 17, 32, 32, 7, 1, 1, 1, kS},
    {"winograd short row", 1, 9, 12, 48, 32, 1, 3, 1, 1, kS},
    {"winograd short column", 1, 12, 9, 32, 48, 3, 1, 1, 1, kV},
    {"winograd of five", 1, 16, 19, 32, 32, 5, 5, 1, 1, kS},
    {"winograd of few tiles", 1, 7, 7, 64, 64, 3, 3, 1, 1, kS},
};
constexpr Case kDepthwise[] = {
    {"3x3", 2, 9, 11, 8, 8, 3, 3, 1, 1, kS},
    {"many channels", 1, 7, 9, 70, 70, 3, 3, 1, 1, kS},
    {"strided", 1, 10, 13, 33, 33, 3, 3, 2, 1, kS},
    {"5x5", 1, 8, 8, 20, 20, 5, 5, 1, 1, kV},
    {"multiplier", 1, 6, 7, 3, 6, 3, 3, 1, 1, kS},
    {"one channel", 1, 6, 7, 1, 6, 3, 3, 2, 1, kS},
    {"dilated", 1, 12, 12, 5, 5, 3, 3, 1, 3, kS},
    {"wide", 1, 3, 4, 4, 4, 1, 5, 1, 1, kS},
    {"larger than the image", 1, 2, 3, 4, 4, 5, 5, 1, 1, kS},
    {"stride beyond kernel", 1, 9, 9, 4, 4, 2, 2, 3, 1, kV},
};

enum class Kind { kFloat, kInt8, kUInt8, kInt16, kHybrid, kHybridPerTensor };
constexpr Kind kKinds[] = {Kind::kFloat, Kind::kInt8,   Kind::kUInt8,
                           Kind::kInt16, Kind::kHybrid, Kind::kHybridPerTensor};

struct Model {
  BuiltinOp code;
  Options options;
  std::vector<Operand> inputs;
  Operand output;
};

Model make_model(const Case& c, Kind kind, bool depthwise, Random& random) {
  const Shape in = {c.batch, c.height, c.width, c.channels};
  const Shape filter = depthwise ? Shape{1, c.kernel_h, c.kernel_w, c.out_channels}
                                 : Shape{c.out_channels, c.kernel_h, c.kernel_w, c.channels / c.groups};
  const int64_t in_count = num_elements(in), weight_count = num_elements(filter);
  const bool per_tensor = kind == Kind::kUInt8 || kind == Kind::kHybridPerTensor;
  Quantization weight_q{.scale = random.reals(per_tensor ? 1 : c.out_channels, 0.01f, 0.02f),
                        .axis = depthwise ? 3 : 0};
  weight_q.zero_point.assign(weight_q.scale.size(), kind == Kind::kUInt8 ? 120 : 0);
  Model model;
  model.code = depthwise ? BuiltinOp::kDepthwiseConv2D : BuiltinOp::kConv2D;
  if (depthwise) {
    model.options =
        DepthwiseConv2DOptions{c.padding,          c.stride,   c.stride,  c.out_channels / c.channels,
                               Activation::kRelu6, c.dilation, c.dilation};
  } else {
    model.options = Conv2DOptions{c.padding, c.stride, c.stride, Activation::kRelu, c.dilation, c.dilation};
  }
  using testing::constant, testing::input;
  const auto weights = random.integers<int8_t>(weight_count, -127, 127);
  switch (kind) {
    case Kind::kFloat:
      model.inputs = {input(in, random.reals(in_count, -2, 2)),
                      constant(filter, random.reals(weight_count, -1, 1)),
                      constant({c.out_channels}, random.reals(c.out_channels, -1, 1))};
      model.output = testing::output(DType::kFloat32);
      break;
    case Kind::kHybrid:
    case Kind::kHybridPerTensor:
      model.inputs = {input(in, random.reals(in_count, -2, 2)), constant(filter, weights, weight_q),
                      constant({c.out_channels}, random.reals(c.out_channels, -1, 1))};
      model.output = testing::output(DType::kFloat32);
      break;
    case Kind::kInt8:
      model.inputs = {
          input(in, random.integers<int8_t>(in_count, -128, 127), testing::per_tensor(0.02f, -11)),
          constant(filter, weights, weight_q),
          constant({c.out_channels}, random.integers<int32_t>(c.out_channels, -3000, 3000))};
      model.output = testing::output(DType::kInt8, testing::per_tensor(0.05f, -100));
      break;
    case Kind::kUInt8:
      model.inputs = {input(in, random.integers<uint8_t>(in_count, 0, 255), testing::per_tensor(0.02f, 100)),
                      constant(filter, random.integers<uint8_t>(weight_count, 0, 255), weight_q),
                      constant({c.out_channels}, random.integers<int32_t>(c.out_channels, -3000, 3000))};
      model.output = testing::output(DType::kUInt8, testing::per_tensor(0.05f, 20));
      break;
    case Kind::kInt16:
      model.inputs = {
          input(in, random.integers<int16_t>(in_count, -32768, 32767), testing::per_tensor(0.0001f)),
          constant(filter, weights, weight_q),
          constant({c.out_channels}, random.integers<int64_t>(c.out_channels, -300000, 300000))};
      model.output = testing::output(DType::kInt16, testing::per_tensor(0.0005f));
      break;
  }
  return model;
}

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

// The fast path agrees with the reference: integers within one step and the same at every level, floats
// closely.
void check(const Model& model, bool exact) {
  const DType dtype = model.output.dtype;
  InterpreterOptions options;
  options.reference = true;
  const Result wanted = testing::run(model.code, model.options, model.inputs, {model.output}, options)[0];
  std::vector<uint8_t> first;
  for (int isa = 0; isa <= static_cast<int>(detect_isa()); ++isa) {
    for (int threads : {1, 3}) {
      options = {.num_threads = threads, .isa = static_cast<Isa>(isa)};
      const Result got = testing::run(model.code, model.options, model.inputs, {model.output}, options)[0];
      ASSERT_EQ(got.shape, wanted.shape);
      double most = exact ? 0 : 1;
      if (dtype == DType::kFloat32) {
        most = 1e-5;
        for (size_t i = 0; i < got.bytes.size() / 4; ++i)
          most = std::max(most, 1e-5 * std::abs(value_at(wanted, dtype, i)));
      }
      for (size_t i = 0; i < got.bytes.size() / dtype_size(dtype); ++i) {
        ASSERT_NEAR(value_at(got, dtype, i), value_at(wanted, dtype, i), most)
            << "element " << i << " at " << isa_name(options.isa) << " with " << threads << " threads";
      }
      if (dtype == DType::kFloat32) continue;
      if (first.empty()) first = got.bytes;
      ASSERT_EQ(got.bytes, first) << isa_name(options.isa) << " with " << threads << " threads differs";
    }
  }
}

template <size_t kCount>
void check_all(const Case (&cases)[kCount], bool depthwise) {
  constexpr uint32_t kSeed = 11;
  SCOPED_TRACE(kSeed);
  Random random(kSeed);
  for (const Case& c : cases) {
    for (Kind kind : kKinds) {
      if (depthwise && kind == Kind::kHybridPerTensor) continue;
      SCOPED_TRACE(concat(c.name, ", kind ", static_cast<int>(kind)));
      ASSERT_NO_FATAL_FAILURE(check(make_model(c, kind, depthwise, random), kind == Kind::kInt16));
    }
  }
}

TEST(Conv2D, FastPathsMatchTheReference) { check_all(kConvs, false); }
TEST(DepthwiseConv2D, FastPathsMatchTheReference) { check_all(kDepthwise, true); }

TEST(Conv2D, WeightsThatAreNotConstantGiveTheSame) {
  Random random(12);
  for (Kind kind : kKinds) {
    Model model = make_model(kConvs[3], kind, false, random);
    const Result constant = testing::run(model.code, model.options, model.inputs, {model.output})[0];
    for (Operand& operand : model.inputs) operand.constant = false;
    EXPECT_EQ(testing::run(model.code, model.options, model.inputs, {model.output})[0].bytes, constant.bytes);
  }
}

TEST(TransposeConv, FastPathsMatchTheReference) {
  Random random(13);
  struct Shapes {
    Shape in, filter, out;
    int32_t stride;
    Padding padding;
  };
  const Shapes cases[] = {{{1, 4, 5, 3}, {6, 3, 3, 3}, {1, 8, 10, 6}, 2, kS},
                          {{2, 3, 3, 8}, {5, 2, 4, 8}, {2, 8, 10, 5}, 3, kV},
                          {{1, 5, 4, 2}, {3, 3, 3, 2}, {1, 7, 6, 3}, 1, kV},
                          {{1, 3, 3, 2}, {4, 1, 1, 2}, {1, 6, 6, 4}, 2, kS}};
  for (const Shapes& s : cases) {
    SCOPED_TRACE(to_string(s.out));
    const int64_t weights = num_elements(s.filter), elements = num_elements(s.in);
    const int32_t channels = s.out[3];
    Model model{BuiltinOp::kTransposeConv,
                TransposeConvOptions{s.padding, s.stride, s.stride, Activation::kRelu},
                {},
                testing::output(DType::kFloat32)};
    const Operand shape = testing::constant<int32_t>({4}, s.out);
    model.inputs = {shape, testing::constant(s.filter, random.reals(weights, -1, 1)),
                    testing::input(s.in, random.reals(elements, -1, 1)),
                    testing::constant({channels}, random.reals(channels, -1, 1))};
    ASSERT_NO_FATAL_FAILURE(check(model, false));
    model.output = testing::output(DType::kInt8, testing::per_tensor(0.05f, -50));
    Quantization per_channel{.scale = random.reals(channels, 0.01f, 0.02f)};
    model.inputs = {
        shape, testing::constant(s.filter, random.integers<int8_t>(weights, -127, 127), per_channel),
        testing::input(s.in, random.integers<int8_t>(elements, -128, 127), testing::per_tensor(0.02f, 9)),
        testing::constant({channels}, random.integers<int32_t>(channels, -999, 999))};
    ASSERT_NO_FATAL_FAILURE(check(model, false));
  }
}

TEST(Conv2D, RefusesWhatDoesNotFit) {
  Random random(14);
  const auto refused = [](const Model& model) {
    try {
      testing::run(model.code, model.options, model.inputs, {model.output});
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  Model model = make_model(kConvs[3], Kind::kInt8, false, random);
  model.options = Conv2DOptions{kS, 0, 1};
  EXPECT_THAT(refused(model), ::testing::HasSubstr("stride"));
  model = make_model(kConvs[3], Kind::kInt8, false, random);
  model.inputs[1].quantization.scale.pop_back();
  EXPECT_THAT(refused(model), ::testing::HasSubstr("scales"));
  model = make_model(kConvs[3], Kind::kInt8, false, random);
  model.inputs[2].shape = {39};
  model.inputs[2].bytes.resize(39 * 4);
  EXPECT_THAT(refused(model), ::testing::HasSubstr("40 elements"));
  model = make_model(kConvs[5], Kind::kFloat, false, random);
  model.options = Conv2DOptions{kV, 1, 1, Activation::kNone, 20, 20};
  EXPECT_THAT(refused(model), ::testing::HasSubstr("does not fit"));
}

}  // namespace
}  // namespace litewright
