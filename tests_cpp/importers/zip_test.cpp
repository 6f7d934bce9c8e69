#include "importers/zip/zip.h"

#include <gtest/gtest.h>
#include <unistd.h>
#include <zip.h>

#include <filesystem>
#include <fstream>
#include <utility>
#include <vector>

#include "core/error.h"

namespace litewright::zip {
namespace {

using Entries = std::vector<std::pair<std::string, std::string>>;

Bytes archive_of(const Entries& entries, int method = ZIP_CM_DEFAULT) {
  const std::string path =
      std::filesystem::temp_directory_path() / ("litewright_" + std::to_string(::getpid()) + ".zip");
  zip_t* archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr);
  for (const auto& [name, text] : entries) {
    const auto index = zip_file_add(
        archive, name.c_str(), zip_source_buffer(archive, text.data(), text.size(), 0), ZIP_FL_OVERWRITE);
    zip_set_file_compression(archive, static_cast<zip_uint64_t>(index), method, 0);
  }
  zip_close(archive);
  std::ifstream in(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  std::filesystem::remove(path);
  return Bytes::copy(text.data(), text.size());
}

TEST(Zip, ReadsEntriesWithinTheirLimit) {
  const Bytes bytes = archive_of({{"config.json", "{}"}, {"a/b.bin", std::string(1000, 'x')}});
  const Archive archive = Archive::from_bytes(bytes, "memory");
  EXPECT_EQ(archive.names(), (std::vector<std::string>{"config.json", "a/b.bin"}));
  EXPECT_TRUE(archive.contains("a/b.bin"));
  EXPECT_EQ(archive.read("a/b.bin", 1000).size(), 1000u);
  EXPECT_THROW(archive.read("a/b.bin", 999), Error);
  EXPECT_THROW(archive.read("absent", 999), Error);
}

TEST(Zip, HostileArchivesAreRefused) {
  for (const char* name : {"../up", "a/../../up", "/absolute", "C:/drive", "back\\slash"}) {
    const Bytes bytes = archive_of({{name, "x"}});
    EXPECT_THROW(Archive::from_bytes(bytes, "memory"), Error) << name;
  }
  const Bytes bomb = archive_of({{"bomb", std::string(64 << 20, '\0')}});
  EXPECT_LT(bomb.size(), 1u << 20);
  EXPECT_THROW(Archive::from_bytes(bomb, "memory"), Error);
}

TEST(Zip, StoredEntriesAreReadWhereTheyLie) {
  const std::string text(9 << 20, 'y');
  const Bytes bytes = archive_of({{"first", "x"}, {"a", text}, {"last", ""}}, ZIP_CM_STORE);
  const std::optional<Bytes> found = Archive::from_bytes(bytes, "memory").in_place("a");
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(found->data()), found->size()), text);
  EXPECT_TRUE(found->data() > bytes.data() && found->data() < bytes.data() + bytes.size());
  EXPECT_FALSE(
      Archive::from_bytes(archive_of({{"a", text.substr(0, 99)}}), "packed").in_place("a").has_value());
  EXPECT_FALSE(Archive::from_bytes(bytes, "memory").in_place("absent").has_value());
}

TEST(Zip, DamagedArchivesAreRefused) {
  for (const int method : {ZIP_CM_DEFAULT, ZIP_CM_STORE}) {
    const std::string text = std::string(method == ZIP_CM_STORE ? 500 : 5000, 'x') + "tail";
    const Bytes bytes = archive_of({{"a", text}}, method);
    EXPECT_THROW(Archive::from_bytes(bytes.slice(0, bytes.size() / 2), "half"), Error);
    for (size_t i = 0; i < bytes.size(); ++i) {  // any one byte wrong: an Error, or the right bytes
      std::vector<uint8_t> damaged(bytes.data(), bytes.data() + bytes.size());
      damaged[i] ^= 0x55;
      try {
        const Archive archive = Archive::from_bytes(Bytes::own(damaged), "damaged");
        if (!archive.contains("a")) continue;
        for (const auto& read : {archive.in_place("a"), std::optional(archive.read("a", 1 << 20))}) {
          if (!read) continue;
          EXPECT_EQ(*read, Bytes::copy(text.data(), text.size())) << i;
        }
      } catch (const Error&) {
      }
    }
  }
  EXPECT_THROW(Archive::from_bytes({}, "nothing"), Error);
  EXPECT_THROW(Archive::open("/nowhere/model.keras"), Error);
}

}  // namespace
}  // namespace litewright::zip
