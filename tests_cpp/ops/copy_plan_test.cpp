#include "ops/copy_plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <numeric>
#include <random>

namespace litewright {
namespace {

// The walk as its definition says it.
void walk_naively(const Walk& walk, size_t element, const uint8_t* source, uint8_t* destination,
                  size_t dim = 0, int64_t from = 0, int64_t to = 0) {
  if (dim == walk.dims.size()) {
    const auto bytes = static_cast<int64_t>(element);
    std::memcpy(destination + (walk.destination_offset + to) * bytes,
                source + (walk.source_offset + from) * bytes, element);
    return;
  }
  for (int64_t i = 0; i < walk.dims[dim].extent; ++i) {
    walk_naively(walk, element, source, destination, dim + 1, from + i * walk.dims[dim].source,
                 to + i * walk.dims[dim].destination);
  }
}

// A walk over a source of `shape` in a random order of dimensions, some of them reversed or repeated.
Walk random_walk(const Shape& shape, std::mt19937& random, int64_t& destination_elements) {
  const std::vector<int64_t> strides = dense_strides(shape);
  std::vector<size_t> order(shape.size());
  std::iota(order.begin(), order.end(), 0);
  std::shuffle(order.begin(), order.end(), random);
  Walk walk;
  destination_elements = 1;
  for (size_t d : order) {
    CopyDim dim{shape[d], strides[d], destination_elements};
    switch (random() % 6) {
      case 0:
        dim.source = 0;
        break;
      case 1:
        walk.source_offset += (shape[d] - 1) * strides[d];
        dim.source = -dim.source;
        break;
      default:
        break;
    }
    walk.dims.push_back(dim);
    destination_elements *= shape[d] + static_cast<int64_t>(random() % 4 == 0);  // sometimes with a gap
  }
  return walk;
}

TEST(CopyPlan, CopiesAsTheWalkSays) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  ThreadPool pool(3);
  for (int round = 0; round < 300; ++round) {
    Shape shape(1 + random() % 5);
    for (int32_t& dim : shape)
      dim = static_cast<int32_t>(1 + random() % (shape.size() < 4 && random() % 4 == 0 ? 70 : 6));
    const size_t element = std::array<size_t, 6>{1, 2, 3, 4, 8, 16}[random() % 6];
    int64_t elements = 0;
    const Walk walk = random_walk(shape, random, elements);
    std::vector<uint8_t> source(num_elements(shape) * element);
    for (uint8_t& byte : source) byte = static_cast<uint8_t>(random());
    std::vector<uint8_t> expected(elements * element, 7), got = expected;
    walk_naively(walk, element, source.data(), expected.data());
    CopyPlan(walk, element).run(source.data(), got.data(), &pool);
    ASSERT_EQ(got, expected) << "shape " << to_string(shape) << ", elements of " << element << " bytes";
  }
}

TEST(CopyPlan, SplitsLargeCopiesAmongThreads) {
  ThreadPool pool(4);
  const int64_t rows = 700, columns = 500;
  std::vector<int32_t> source(rows * columns), got(rows * columns);
  std::iota(source.begin(), source.end(), 0);
  CopyPlan({{{columns, 1, rows}, {rows, columns, 1}}}, 4).run(source.data(), got.data(), &pool);
  for (int64_t i = 0; i < rows * columns; ++i) ASSERT_EQ(got[i], i % rows * columns + i / rows);
  CopyPlan({{{rows * columns, 1, 1}}}, 4).run(source.data(), got.data(), &pool);
  EXPECT_EQ(got, source);
}

TEST(CopyPlan, CopiesNothingOfEmptyDimensions) {
  CopyPlan({{{3, 1, 1}, {0, 1, 1}}}, 4).run(nullptr, nullptr, nullptr);
  CopyPlan().run(nullptr, nullptr, nullptr);
}

TEST(FillElements, RepeatsAnElement) {
  for (size_t element : {1, 2, 4, 8, 16}) {
    std::vector<uint8_t> value(element), filled(element * 13, 99);
    std::iota(value.begin(), value.end(), 1);
    fill_elements(filled.data(), 12, value.data(), element);
    for (size_t i = 0; i < 12 * element; ++i) ASSERT_EQ(filled[i], value[i % element]);
    EXPECT_EQ(filled.back(), 99);
  }
}

}  // namespace
}  // namespace litewright
