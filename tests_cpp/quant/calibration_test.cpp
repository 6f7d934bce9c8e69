// Scales and zero points from ranges, and ranges from values.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>

#include "core/error.h"
#include "core/unpack.h"
#include "graph/builder.h"
#include "ops/option_structs.h"
#include "quant/channel_means.h"
#include "quant/histogram.h"
#include "quant/parameters.h"

namespace litewright {
namespace {

Tensor constant(const std::vector<float>& values, Shape shape) {
  return {.name = "c", .shape = std::move(shape), .is_constant = true, .data = Bytes::copy(values)};
}

float scale_of(const Form& form) { return form.quantization.scale.at(0); }

TEST(Parameters, Int8ActivationsHoldZeroAndUseTheWholeRange) {
  struct {
    Range range;
    float scale;
    int64_t zero_point;
  } const cases[] = {
      {{0, 6}, 6.0f / 255, -128}, {{0.5f, 2}, 2.0f / 255, -128}, {{-3, -1}, 3.0f / 255, 127},
      {{-6, 0}, 6.0f / 255, 127}, {{-1, 3}, 4.0f / 255, -64},    {{-1, 254}, 1, -127},
      {{-0.4f, 254.6f}, 1, -128}, {{-0.6f, 254.4f}, 1, -127},    {{-1e-7f, 0}, 2.1e-6f / 255, 6},
  };
  for (const auto& c : cases) {
    const Form form = int8_activation(c.range);
    EXPECT_EQ(form.dtype, DType::kInt8);
    EXPECT_NEAR(scale_of(form), c.scale, c.scale * 1e-6f) << c.range.min << " " << c.range.max;
    EXPECT_EQ(form.quantization.zero(), c.zero_point) << c.range.min << " " << c.range.max;
  }
}

TEST(Parameters, Int16ActivationsAreSymmetric) {
  EXPECT_FLOAT_EQ(scale_of(int16_activation({-2, 1})), 2.0f / 32767);
  EXPECT_FLOAT_EQ(scale_of(int16_activation({0, 3})), 3.0f / 32767);
  EXPECT_FLOAT_EQ(scale_of(int16_activation({0, 0})), 1e-6f / 32767);  // sums with it keep their precision
  EXPECT_EQ(int16_activation({0, 3}).quantization.zero(), 0);
}

TEST(Parameters, ConstantsOfZerosAreCentred) {
  const Form zeros = constant_form(QuantMode::kInt8, constant({0, 0}, {2}));
  EXPECT_FLOAT_EQ(scale_of(zeros), 1e-6f / 255);
  EXPECT_EQ(zeros.quantization.zero(), 0);
  const Form one = constant_form(QuantMode::kInt8, constant({1}, {}));
  EXPECT_FLOAT_EQ(scale_of(one), 1.0f / 255);
  EXPECT_EQ(one.quantization.zero(), -128);
}

TEST(Parameters, WeightsAreSymmetricAndNarrow) {
  const Tensor weights = constant({1, -2, 0.5f, 0, 0, 0, -127, 63.5f, 1}, {3, 3});
  const Form form = weight_form(weights, 0, 8);
  EXPECT_EQ(form.quantization.scale, (std::vector<float>{2.0f / 127, 1.0f, 1.0f}));
  EXPECT_EQ(form.quantization.zero_point, (std::vector<int64_t>{0, 0, 0}));
  const Bytes stored = convert_constant(weights, form);
  const std::vector<int8_t> want = {64, -127, 32, 0, 0, 0, -127, 64, 1};
  EXPECT_EQ(std::vector<int8_t>(stored.as<int8_t>().begin(), stored.as<int8_t>().end()), want);
  EXPECT_EQ(weight_form(weights, -1, 8).quantization.scale, std::vector<float>{1.0f});
  EXPECT_EQ(weight_form(weights, 1, 8).quantization.scale,
            (std::vector<float>{1.0f, 63.5f / 127, 1.0f / 127}));
}

TEST(Parameters, Int4WeightsArePacked) {
  const Tensor weights = constant({7, -7, 3.4f}, {3});
  const Form form = weight_form(weights, -1, 4);
  EXPECT_EQ(form.dtype, DType::kInt4);
  const Bytes stored = convert_constant(weights, form);
  EXPECT_EQ(stored.size(), 2u);
  const std::vector<uint8_t> unpacked = unpack_sub_byte(DType::kInt4, 3, stored);
  EXPECT_EQ(static_cast<int8_t>(unpacked[1]), -7);
  EXPECT_EQ(static_cast<int8_t>(unpacked[2]), 3);
}

TEST(Parameters, BiasesTakeTheProductOfTheScales) {
  const Form input = fixed_form(0.5f, 3, DType::kInt8);
  Form weights = fixed_form(0.25f, 0, DType::kInt8);
  weights.quantization.scale = {0.25f, 0.5f};
  for (DType dtype : {DType::kInt32, DType::kInt64}) {
    const Form bias = bias_form(input, weights, dtype);
    EXPECT_EQ(bias.dtype, dtype);
    EXPECT_EQ(bias.quantization.scale, (std::vector<float>{0.125f, 0.25f}));
    const Bytes stored = convert_constant(constant({1, -1.125f}, {2}), bias);
    EXPECT_EQ(dtype == DType::kInt32 ? stored.as<int32_t>()[1] : stored.as<int64_t>()[1], -5);
  }
}

TEST(Parameters, WeightScalesGrowWhereABiasWouldNotFit) {
  const Form input = fixed_form(1e-3f, 0, DType::kInt8);
  Form weights = fixed_form(1e-6f, 0, DType::kInt8);
  weights.quantization.scale = {1e-6f, 1e-6f};
  widen_for_bias(weights, input, constant({1, 1000}, {2}));
  EXPECT_EQ(weights.quantization.scale[0], 1e-6f);
  EXPECT_NEAR(weights.quantization.scale[1], 1000 / (2147483647.0 / 2) / 1e-3, 1e-8);
}

TEST(Parameters, HalvesAreClampedAndKeepNaN) {
  const Bytes stored = convert_constant(constant({1e6f, -1e6f, 0.5f, NAN}, {4}), {DType::kFloat16, {}});
  const auto halves = stored.as<uint16_t>();
  EXPECT_EQ(halves[0], 0x7BFF);
  EXPECT_EQ(halves[1], 0xFBFF);
  EXPECT_EQ(halves[2], 0x3800);
  EXPECT_GT(halves[3] & 0x7FFF, 0x7C00);
}

std::vector<float> bell(int count, uint32_t seed, float width = 1.0f) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, width);
  std::vector<float> values(count);
  for (float& value : values) value = normal(random);
  return values;
}

TEST(Histogram, QuantilesLeaveTheTailsOut) {
  Histogram histogram;
  std::vector<float> values;
  for (int i = 0; i < 10000; ++i) values.push_back(static_cast<float>(i) / 10000);
  histogram.add(values.data(), 10000);
  const Range all = histogram.quantiles(0);
  EXPECT_FLOAT_EQ(all.min, 0);
  EXPECT_FLOAT_EQ(all.max, 0.9999f);
  const Range some = histogram.quantiles(0.01);
  EXPECT_NEAR(some.min, 0.01, 1e-3);
  EXPECT_NEAR(some.max, 0.99, 1e-3);
}

TEST(Histogram, GrowsWithLargerValues) {
  Histogram histogram;
  const float small[] = {-0.5f, 0.5f}, large[] = {-900, 1000}, odd[] = {NAN, INFINITY, 0};
  histogram.add(small, 2);
  histogram.add(large, 2);
  histogram.add(odd, 3);
  EXPECT_EQ(histogram.total(), 5);
  EXPECT_FLOAT_EQ(histogram.quantiles(0).min, -900);
  EXPECT_FLOAT_EQ(histogram.quantiles(0).max, 1000);
  EXPECT_NEAR(histogram.quantiles(0.21).max, 0, 2);  // two of five are cut off
}

TEST(Histogram, OnlyZeros) {
  Histogram histogram;
  const float zeros[] = {0, 0, 0};
  histogram.add(zeros, 3);
  EXPECT_FLOAT_EQ(histogram.quantiles(0.1).max, 0);
  EXPECT_FLOAT_EQ(histogram.least_error(256).max, 0);
}

TEST(Histogram, LeastErrorGivesUpOnOutliers) {
  std::vector<float> values = bell(100000, 3);
  Histogram histogram;
  histogram.add(values.data(), static_cast<int64_t>(values.size()));
  const Range plain = histogram.least_error(256);
  EXPECT_GT(plain.max, 3);
  const float outlier = 60;
  histogram.add(&outlier, 1);
  EXPECT_LT(histogram.least_error(256).max, 55);
  EXPECT_GT(histogram.least_error(256).max, 2.5f);
}

// Two tensors without operators.
Subgraph two_tensors() {
  Subgraph subgraph;
  subgraph.tensors.resize(2);
  return subgraph;
}

// x [?, 3] -> (y, z) by RELU; y + z or y * z -> r -> RELU -> result
Graph residual(BuiltinOp code, bool second_reader = false) {
  Graph graph;
  GraphBuilder b(graph);
  const TensorId x = b.input("x", DType::kFloat32, {-1, 3});
  const TensorId y = b.add(BuiltinOp::kRelu, {x}), z = b.add(BuiltinOp::kRelu, {x});
  const TensorId r = b.add(code, {y, z});
  b.set_outputs({b.add(BuiltinOp::kRelu, {r})});
  if (second_reader) b.set_outputs({graph.main().outputs[0], y});
  return graph;
}

TEST(Overwrites, AreTheFirstOperandThatNothingElseReads) {
  const auto found = find_overwrites(residual(BuiltinOp::kAdd).main());
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].operand, 1);
  EXPECT_EQ(found[0].result, 3);
  const auto second = find_overwrites(residual(BuiltinOp::kMul, true).main());
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(second[0].operand, 2);
  EXPECT_TRUE(find_overwrites(residual(BuiltinOp::kMaximum).main()).empty());
}

TEST(Overwrites, NeitherInputsNorWhatBecomesAnOutput) {
  Graph graph;
  GraphBuilder b(graph);
  const TensorId x = b.input("x", DType::kFloat32, {-1, 3});
  const TensorId y = b.add(BuiltinOp::kAdd, {x, x});  // of an input
  b.set_outputs({b.add(BuiltinOp::kAdd, {y, x})});
  EXPECT_TRUE(find_overwrites(graph.main()).empty());
}

TEST(Overwrites, AbsentOperandsAreNotCounted) {
  Graph graph = residual(BuiltinOp::kAdd);
  for (Operator& op : graph.main().operators) op.inputs.insert(op.inputs.end(), 3, kNoTensor);
  const auto found = find_overwrites(graph.main());
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].operand, 1);
}

TEST(Overwrites, AReshapedOperandLiesInItsSourcesMemory) {
  for (const bool source_read_again : {false, true}) {
    Graph graph;
    GraphBuilder b(graph);
    const TensorId x = b.input("x", DType::kFloat32, {-1, 4});
    const TensorId y = b.add(BuiltinOp::kRelu, {x});
    const TensorId flat = b.add(BuiltinOp::kReshape, {y, b.ints({-1, 2, 2})}, ReshapeOptions{{-1, 2, 2}});
    const TensorId sum =
        b.add(BuiltinOp::kAdd, {flat, b.constant(std::vector<float>{1, 2, 3, 4}, {1, 2, 2})});
    TensorId last = b.add(BuiltinOp::kRelu, {sum});
    if (source_read_again) last = b.add(BuiltinOp::kRelu, {y});
    b.set_outputs({last});
    EXPECT_EQ(find_overwrites(graph.main()).empty(), source_read_again);
  }
}

TEST(Statistics, MinMaxJoinsTheRangesOfAnOperandAndWhatOverwritesIt) {
  const Graph graph = residual(BuiltinOp::kAdd);
  const auto statistics = make_statistics({}, graph.main());
  const float small[] = {0, 1}, large[] = {-1, 2};
  for (TensorId id : {1, 2}) statistics->add(id, small, 2);
  statistics->add(3, large, 2);
  const Ranges ranges = statistics->ranges();
  EXPECT_EQ(ranges[1].min, -1);
  EXPECT_EQ(ranges[1].max, 2);
  EXPECT_EQ(ranges[2].max, 1);
  EXPECT_EQ(ranges[3].max, 2);
  const auto percentile = make_statistics({CalibrationMethod::kPercentile, 0, 100}, graph.main());
  percentile->add(1, small, 2);
  percentile->add(3, large, 2);
  EXPECT_LE(percentile->ranges()[1].max, 1);
}

// What three observers saw of shuffled parts, merged, and what one saw of all.
TEST(Statistics, MergedPartsEqualTheWhole) {
  std::mt19937 random(5);
  std::vector<std::vector<float>> parts;
  for (int i = 0; i < 7; ++i) {
    parts.push_back(bell(500, static_cast<uint32_t>(i)));
    for (float& value : parts.back()) value *= std::exp2(static_cast<float>(i - 4));
  }
  parts.push_back({0, 0, -0.5f, 4, -4, 1e-30f, -1e-30f, NAN});
  const Subgraph subgraph = two_tensors();
  for (const CalibrationMethod method :
       {CalibrationMethod::kMinMax, CalibrationMethod::kPercentile, CalibrationMethod::kMse}) {
    Calibration calibration{method};
    const auto whole = make_statistics(calibration, subgraph),
               merged = make_statistics(calibration, subgraph);
    std::vector<std::unique_ptr<Statistics>> seen;
    for (int k = 0; k < 3; ++k) seen.push_back(make_statistics(calibration, subgraph));
    for (const auto& part : parts) whole->add(0, part.data(), static_cast<int64_t>(part.size()));
    std::shuffle(parts.begin(), parts.end(), random);
    for (size_t i = 0; i < parts.size(); ++i)
      seen[i % 3]->add(0, parts[i].data(), static_cast<int64_t>(parts[i].size()));
    for (const auto& one : seen) {
      StateWriter writer;
      one->save(writer);
      const std::vector<uint8_t> bytes = writer.take();
      StateReader reader(bytes);
      merged->merge(reader);
    }
    StateWriter a, b;
    whole->save(a);
    merged->save(b);
    EXPECT_EQ(a.take(), b.take()) << static_cast<int>(method);
    EXPECT_EQ(whole->ranges()[0].max, merged->ranges()[0].max);
  }
}

TEST(Statistics, WhatDependsOnTheOrderAndWhatIsDamagedIsNotMerged) {
  const auto moving = make_statistics({CalibrationMethod::kMovingAverage}, two_tensors());
  StateWriter writer;
  EXPECT_THROW(moving->save(writer), Error);
  const auto extrema = make_statistics({}, two_tensors());
  const std::vector<uint8_t> bytes = {3, 0, 0, 0, 0, 0, 0, 0, 1};
  StateReader reader(bytes);
  EXPECT_THROW(extrema->merge(reader), Error);
}

TEST(Statistics, MethodsDifferInWhatTheyMakeOfOutliers) {
  struct {
    Calibration calibration;
    float low, high;
  } const cases[] = {{{CalibrationMethod::kMinMax}, 99, 101},
                     {{CalibrationMethod::kMovingAverage, 0.9}, 10, 20},
                     {{CalibrationMethod::kPercentile, 0, 99.9}, 2, 6},
                     {{CalibrationMethod::kMse}, 2, 99}};
  for (const auto& c : cases) {
    const auto statistics = make_statistics(c.calibration, two_tensors());
    for (uint32_t sample = 0; sample < 5; ++sample) {
      std::vector<float> values = bell(2000, sample);
      if (sample == 4) values[7] = 100;
      if (sample == 2) values[9] = NAN;
      statistics->add(0, values.data(), 2000);
    }
    const Ranges ranges = statistics->ranges();
    EXPECT_FALSE(ranges[1].seen());
    EXPECT_GT(ranges[0].max, c.low) << static_cast<int>(c.calibration.method);
    EXPECT_LT(ranges[0].max, c.high) << static_cast<int>(c.calibration.method);
  }
  EXPECT_THROW(make_statistics({CalibrationMethod::kPercentile, 0, 40}, {}), Error);
}

TEST(ChannelSums, MeansAlongTheLastDimension) {
  Graph graph;
  GraphBuilder b(graph);
  b.input("x", DType::kFloat32, {-1, 2});
  b.input("n", DType::kFloat32, {-1, -1});
  ChannelSums sums(graph.main(), make_statistics({}, graph.main()));
  const float first[] = {1, 10, 3, 20}, second[] = {5, 60};
  sums.add(0, first, 4);
  sums.add(0, second, 2);
  sums.add(1, first, 4);
  EXPECT_EQ(sums.means()[0], (std::vector<float>{3, 30}));
  EXPECT_TRUE(sums.means()[1].empty());
  EXPECT_FLOAT_EQ(sums.ranges()[0].max, 60);
}

}  // namespace
}  // namespace litewright
