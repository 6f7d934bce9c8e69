// Parts of variables: their keys, what operators say of them, and putting them together.
#include "importers/tensor_bundle/partitions.h"

#include <gtest/gtest.h>

#include <numeric>

#include "core/error.h"

namespace litewright {
namespace {

TEST(Partitions, HaveTheKeysThatTensorFlowWrites) {
  using namespace std::string_literals;
  EXPECT_EQ(slice_key("w", {{2, 3}, {0, -1}}), "\0w\0\1\1\2\x82\x83\x80\x7f"s);
  EXPECT_EQ(slice_key("w", {{64, 8191}}), "\0w\0\1\1\1\xc0\x40\xdf\xff"s);
  EXPECT_EQ(slice_key("w", {{8192, 1000000}}), "\0w\0\1\1\1\xe0\x20\x00\xef\x42\x40"s);
}

TEST(Partitions, AreReadFromWhatOperatorsSay) {
  const TensorSlice slice = within({6, 4}, parse_slice("6 4 2,3:-"));
  ASSERT_EQ(slice.size(), 2U);
  EXPECT_EQ(slice[0].start, 2);
  EXPECT_EQ(slice[0].length, 3);
  EXPECT_EQ(slice[1].start, 0);
  EXPECT_EQ(slice[1].length, 4);
  EXPECT_TRUE(parse_slice("").empty());
  for (const char* damaged : {"6 4 2:-", "6 4 2,x:-", "6 4 -1,3:-", "6 4 "})
    EXPECT_THROW(parse_slice(damaged), Error) << damaged;
  for (const TensorSlice& outside : {TensorSlice{{4, 3}, {0, 4}}, TensorSlice{{0, 3}},
                                     TensorSlice{{-1, 2}, {}}, TensorSlice{{INT64_MAX, INT64_MAX}, {}}})
    EXPECT_THROW(within({6, 4}, outside), Error);
}

TEST(Partitions, AreCutOutAndPutBack) {
  const Shape shape = {3, 4, 2};
  std::vector<uint8_t> whole(24), part(8), again(24);
  std::iota(whole.begin(), whole.end(), uint8_t{0});
  const TensorSlice slice = within(shape, {{1, 2}, {2, 2}, {}});
  copy_part(shape, slice, 1, whole.data(), part.data());
  EXPECT_EQ(part, (std::vector<uint8_t>{12, 13, 14, 15, 20, 21, 22, 23}));
  place_part(shape, slice, 1, part.data(), again.data());
  for (const uint8_t value : part) EXPECT_EQ(again[value], value);
}

}  // namespace
}  // namespace litewright
