#include "runtime/usage.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace litewright {
namespace {

// One input of this shape, nothing else.
Graph with_input(Shape shape) {
  Graph graph;
  graph.subgraphs.emplace_back();
  graph.subgraphs[0].tensors.push_back({.name = "x", .shape = std::move(shape)});
  graph.subgraphs[0].inputs = {0};
  return graph;
}

constexpr int kMiB = 1 << 20;

TEST(Usage, LargeInputsMayHaveLargeActivations) {
  const Shape activations = {1, 720, 1280, 96};  // 337 MiB
  EXPECT_THROW(Usage({}, with_input({1, 8, 8, 3}), false).check_value(activations, DType::kFloat32), Error);
  Usage({}, with_input({1, 720, 1280, 3}), false).check_value(activations, DType::kFloat32);
}

TEST(Usage, WhatInputsAddIsBounded) {
  const Usage usage({}, with_input({1, 1 << 14, 1 << 14, 1}), false);
  usage.check_value({767, kMiB}, DType::kUInt8);
  EXPECT_THROW(usage.check_value({769, kMiB}, DType::kUInt8), Error);
}

TEST(Usage, ALimitThatCallersSetIsTheLimit) {
  const Usage usage({.memory = 4000}, with_input({1, 720, 1280, 3}), false);
  EXPECT_THROW(usage.check_value({5000}, DType::kUInt8), Error);
}

}  // namespace
}  // namespace litewright
