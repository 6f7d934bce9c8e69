#include "ops/strings.h"

#include <gtest/gtest.h>

#include <cstring>

namespace litewright {
namespace {

std::vector<uint8_t> words(const std::vector<int32_t>& values, size_t extra_bytes = 0) {
  std::vector<uint8_t> bytes(values.size() * 4 + extra_bytes, 'x');
  std::memcpy(bytes.data(), values.data(), values.size() * 4);
  return bytes;
}

TEST(Strings, RoundTrip) {
  const std::vector<std::string_view> strings = {"one", "", "three"};
  const std::vector<uint8_t> packed = pack_strings(strings);
  const StringReader reader(packed.data(), packed.size());
  ASSERT_TRUE(reader.valid());
  ASSERT_EQ(reader.count(), 3);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(reader[i], strings[i]);
}

TEST(Strings, NoBytesAreNoStrings) {
  EXPECT_TRUE(StringReader(nullptr, 0).valid());
  EXPECT_EQ(StringReader(nullptr, 0).count(), 0);
}

TEST(Strings, MalformedTensorsAreNotRead) {
  const std::vector<std::vector<uint8_t>> cases = {
      {1, 0},                     // not even a count
      words({-1, 8}),             // a negative count
      words({2, 16, 17}),         // fewer offsets than the count says
      words({1, 12, 20}, 4),      // beyond the end
      words({1, 4, 13}, 4),       // into the header
      words({2, 16, 19, 18}, 8),  // descending
      words({0x7FFFFFFF, 8, 8}),  // a count whose header does not fit
  };
  for (size_t i = 0; i < cases.size(); ++i) {
    const StringReader reader(cases[i].data(), cases[i].size());
    EXPECT_FALSE(reader.valid()) << "case " << i;
    EXPECT_EQ(reader.count(), 0);
  }
}

}  // namespace
}  // namespace litewright
