#include "importers/tensor_bundle/tensor_bundle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "core/error.h"
#include "importers/tensor_bundle/crc32c.h"
#include "importers/tensor_bundle/table.h"

namespace litewright {
namespace {

std::span<const uint8_t> bytes_of(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

std::string fixed(uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
  return text;
}

std::string varint(uint64_t value) {
  std::string text;
  for (; value >= 128; value >>= 7) text += static_cast<char>(value | 128);
  return text + static_cast<char>(value);
}

// A block of entries whose keys share what they can, with one restart point, and its trailer.
std::string block(const std::map<std::string, std::string>& entries) {
  std::string text, last;
  for (const auto& [key, value] : entries) {
    size_t shared = 0;
    while (shared < last.size() && shared < key.size() && last[shared] == key[shared]) ++shared;
    text += varint(shared) + varint(key.size() - shared) + varint(value.size()) + key.substr(shared) + value;
    last = key;
  }
  text += fixed(0, 4) + fixed(1, 4) + '\0';
  return text + fixed(mask_crc32c(crc32c(bytes_of(text))), 4);
}

std::string handle(uint64_t offset, const std::string& block) {
  return varint(offset) + varint(block.size() - 5);
}

std::string table(const std::map<std::string, std::string>& entries) {
  const std::string data = block(entries), index = block({{"~", handle(0, data)}});
  std::string footer = varint(0) + varint(0) + handle(data.size(), index);
  footer.resize(40);
  return data + index + footer + fixed(0xdb4775248b80fb57ull, 8);
}

template <class Run>
std::string message_of(const Run& run) {
  try {
    run();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInvalidModel) << error.what();
    return error.what();
  }
  return "no error";
}

TEST(Crc32c, KnownValues) {
  EXPECT_EQ(crc32c(bytes_of("123456789")), 0xe3069283u);
  EXPECT_EQ(crc32c({}), 0u);
  EXPECT_EQ(crc32c(bytes_of(std::string(32, '\0'))), 0x8a9136aau);
}

TEST(Table, ReadsKeysThatShareTheirBeginning) {
  const std::map<std::string, std::string> entries = {
      {"", "header"}, {"model/bias", "b"}, {"model/kernel", ""}};
  EXPECT_EQ(read_table(bytes_of(table(entries))), entries);
}

TEST(Table, EveryTruncationAndEveryFlippedByteIsAnError) {
  const std::string good = table({{"", "header"}, {"model/bias", "b"}, {"model/kernel", "kk"}});
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_NE(message_of([&] { read_table(bytes_of(good.substr(0, size))); }), "no error") << size;
  }
  for (size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x55);
    try {
      read_table(bytes_of(bad));
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kInvalidModel) << i;
    }
  }
}

// A bundle of one float32 vector "v" = {1, 2} in a folder of its own.
class Bundle : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              ("litewright-bundle-" + std::to_string(reinterpret_cast<uintptr_t>(this)) + "-" +
               std::to_string(std::rand()));
    std::filesystem::create_directories(folder_);
    const float values[] = {1, 2};
    data_.assign(reinterpret_cast<const char*>(values), sizeof(values));
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string prefix() const { return (folder_ / "variables").string(); }
  void write(const std::string& name, const std::string& content) const {
    std::ofstream(folder_ / name, std::ios::binary) << content;
  }
  // BundleEntry: type, shape {dim {size}}, offset, size, crc32c.
  static std::string entry(int type, int dim, int offset, int size, uint32_t checksum) {
    const std::string extent = "\x08" + varint(static_cast<uint64_t>(dim));
    const std::string shape = "\x12" + varint(extent.size()) + extent;
    return "\x08" + varint(static_cast<uint64_t>(type)) + "\x12" + varint(shape.size()) + shape + "\x20" +
           varint(static_cast<uint64_t>(offset)) + "\x28" + varint(static_cast<uint64_t>(size)) + "\x35" +
           fixed(checksum, 4);
  }
  uint32_t checksum() const { return mask_crc32c(crc32c(bytes_of(data_))); }
  std::string read(const std::string& entry, const std::string& data) {
    write("variables.index", table({{"", "\x08\x01"}, {"v", entry}}));
    write("variables.data-00000-of-00001", data);
    return message_of([&] { TensorBundle(prefix()).read("v"); });
  }

  std::filesystem::path folder_;
  std::string data_;
};

TEST_F(Bundle, ReadsATensor) {
  write("variables.index", table({{"", "\x08\x01"}, {"v", entry(1, 2, 4, 8, checksum())}}));
  write("variables.data-00000-of-00001", "skip" + data_);
  const TensorBundle::Value value = TensorBundle(prefix()).read("v");
  EXPECT_EQ(value.dtype, DType::kFloat32);
  EXPECT_EQ(value.shape, Shape{2});
  EXPECT_THAT(value.data.as<float>(), testing::ElementsAre(1, 2));
}

TEST_F(Bundle, WhatDoesNotFitIsAnError) {
  using testing::HasSubstr;
  EXPECT_THAT(read(entry(1, 2, 0, 8, checksum() + 1), data_), HasSubstr("its checksum is wrong"));
  EXPECT_THAT(read(entry(1, 2, 0, 8, checksum()), data_.substr(0, 7)),
              HasSubstr("lie outside the shard's 7"));
  EXPECT_THAT(read(entry(1, 3, 0, 8, checksum()), data_), HasSubstr("does not fit its 8 bytes"));
  EXPECT_THAT(read(entry(1, 2, 1 << 30, 8, checksum()), data_), HasSubstr("lie outside"));
  EXPECT_THAT(read("\x08", data_), HasSubstr("the entry 'v' is damaged"));
  EXPECT_THAT(message_of([&] { TensorBundle(prefix()).read("w"); }), HasSubstr("damaged"));
  write("variables.index", table({{"v", entry(1, 2, 0, 8, checksum())}}));
  EXPECT_THAT(message_of([&] { TensorBundle bundle(prefix()); }), HasSubstr("it has no header"));
  write("variables.index", table({{"", "\x08\x01"}, {"v", entry(1, 2, 0, 8, checksum())}}));
  EXPECT_THAT(message_of([&] { TensorBundle(prefix()).read("w"); }), HasSubstr("has no such entry"));
}

}  // namespace
}  // namespace litewright
