#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <numeric>
#include <thread>
#include <vector>

#include "core/cpu.h"
#include "core/error.h"
#include "core/float16.h"
#include "core/shape.h"
#include "core/thread_pool.h"
#include "core/unpack.h"

namespace litewright {
namespace {

TEST(Half, EveryValueSurvivesTheRoundTrip) {
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    const Half half{static_cast<uint16_t>(bits)};
    const float value = half_to_float(half);
    if (std::isnan(value)) {
      EXPECT_TRUE(std::isnan(half_to_float(float_to_half(value))));
    } else {
      ASSERT_EQ(float_to_half(value).bits, bits);
    }
  }
}

TEST(Half, RoundsToNearestEven) {
  EXPECT_EQ(float_to_half(1.0f + 0x1p-11f).bits, 0x3C00);  // half way: to even
  EXPECT_EQ(float_to_half(1.0f + 0x1p-11f + 0x1p-20f).bits, 0x3C01);
  EXPECT_EQ(float_to_half(1.0f + 3 * 0x1p-11f).bits, 0x3C02);
  EXPECT_EQ(float_to_half(65519.0f).bits, 0x7BFF);   // the largest finite one
  EXPECT_EQ(float_to_half(65520.0f).bits, 0x7C00);   // infinity
  EXPECT_EQ(float_to_half(-0x1p-24f).bits, 0x8001);  // the smallest subnormal one
  EXPECT_EQ(float_to_half(0x1p-26f).bits, 0x0000);
}

TEST(BFloat16, RoundsToNearestEven) {
  EXPECT_EQ(float_to_bfloat16(1.0f).bits, 0x3F80);
  EXPECT_EQ(float_to_bfloat16(1.0f + 0x1p-8f).bits, 0x3F80);
  EXPECT_EQ(float_to_bfloat16(1.0f + 3 * 0x1p-8f).bits, 0x3F82);
  EXPECT_EQ(bfloat16_to_float({0x4049}), 3.140625f);
}

TEST(Shape, CountsElementsWithoutOverflow) {
  EXPECT_EQ(checked_elements({2, 3, 4}), 24);
  EXPECT_EQ(checked_elements({}), 1);
  EXPECT_EQ(checked_elements({5, 0}), 0);
  EXPECT_FALSE(checked_elements({2, -1}));
  EXPECT_FALSE(checked_elements({1 << 30, 1 << 30, 1 << 30}));
}

TEST(Shape, BroadcastsAsNumPyDoes) {
  EXPECT_EQ(broadcast({2, 1, 4}, {3, 1}), (Shape{2, 3, 4}));
  EXPECT_EQ(broadcast({}, {7}), (Shape{7}));
  EXPECT_EQ(broadcast({0, 1}, {1, 3}), (Shape{0, 3}));
  EXPECT_FALSE(broadcast({2}, {3}));
}

TEST(Unpack, IsTheInverseOfPack) {
  struct Case {
    DType dtype;
    int low, high;
  };
  for (const Case& c : {Case{DType::kInt4, -8, 7}, Case{DType::kUInt4, 0, 15}, Case{DType::kInt2, -2, 1}}) {
    std::vector<uint8_t> values;
    for (int i = 0; i < 37; ++i) values.push_back(static_cast<uint8_t>(c.low + i % (c.high - c.low + 1)));
    const Bytes packed = Bytes::own(pack_sub_byte(c.dtype, values.data(), 37));
    EXPECT_EQ(packed.size(), (37 * static_cast<size_t>(dtype_bits(c.dtype)) + 7) / 8);
    EXPECT_EQ(unpack_sub_byte(c.dtype, 37, packed), values) << dtype_name(c.dtype);
  }
}

TEST(ThreadPool, CoversEveryItemOnce) {
  for (int threads : {1, 2, 5}) {
    ThreadPool pool(threads);
    for (int64_t count : {0, 1, 3, 1000}) {
      for (int64_t grain : {1, 7, 5000}) {
        std::vector<std::atomic<int>> touched(count);
        pool.parallel_for(count, grain, [&](int64_t begin, int64_t end) {
          for (int64_t i = begin; i < end; ++i) ++touched[i];
        });
        for (const auto& times : touched)
          ASSERT_EQ(times, 1) << threads << " threads, " << count << " items, grain " << grain;
      }
    }
  }
}

TEST(ThreadPool, NestedAndConcurrentCallsRunInTheCaller) {
  ThreadPool pool(3);
  std::atomic<int64_t> sum = 0;
  auto work = [&] {
    for (int round = 0; round < 200; ++round) {
      pool.parallel_for(8, 1, [&](int64_t begin, int64_t end) {
        pool.parallel_for(end - begin, 1, [&](int64_t b, int64_t e) { sum += e - b; });
      });
    }
  };
  std::thread other(work);
  work();
  other.join();
  EXPECT_EQ(sum, 2 * 200 * 8);
}

TEST(Error, CarriesWhatWasBeingDone) {
  try {
    with_context([] { return std::string("outer"); },
                 [] {
                   with_context([] { return std::string("inner"); },
                                [] { fail(ErrorCode::kInvalidModel, "value ", 3); });
                 });
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "outer: inner: value 3");
    EXPECT_EQ(error.code(), ErrorCode::kInvalidModel);
  }
}

TEST(Cpu, NamesEveryLevel) {
  EXPECT_STREQ(isa_name(Isa::kPortable), "portable");
  EXPECT_STREQ(isa_name(Isa::kAvx512Vnni), "avx512vnni");
  EXPECT_STREQ(isa_name(Isa::kAvx512Amx), "avx512amx");
  EXPECT_LE(current_isa(), detect_isa());
  EXPECT_TRUE(isa_allows(detect_isa(), detect_isa()));
  EXPECT_FALSE(isa_allows(Isa::kPortable, Isa::kAvx2));
  EXPECT_FALSE(isa_allows(Isa::kAvx512, Isa::kAvx512Vnni));
}

}  // namespace
}  // namespace litewright
