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

std::vector<std::byte> archive_of(const Entries& entries) {
  const std::string path =
      std::filesystem::temp_directory_path() / ("litewright_" + std::to_string(::getpid()) + ".zip");
  zip_t* archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr);
  for (const auto& [name, text] : entries) {
    zip_file_add(archive, name.c_str(), zip_source_buffer(archive, text.data(), text.size(), 0),
                 ZIP_FL_OVERWRITE);
  }
  zip_close(archive);
  std::ifstream in(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  std::filesystem::remove(path);
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  return {first, first + text.size()};
}

TEST(Zip, ReadsEntriesWithinTheirLimit) {
  const std::vector<std::byte> bytes =
      archive_of({{"config.json", "{}"}, {"a/b.bin", std::string(1000, 'x')}});
  const Archive archive = Archive::from_bytes(bytes, "memory");
  EXPECT_EQ(archive.names(), (std::vector<std::string>{"config.json", "a/b.bin"}));
  EXPECT_TRUE(archive.contains("a/b.bin"));
  EXPECT_EQ(archive.read("a/b.bin", 1000).size(), 1000u);
  EXPECT_THROW(archive.read("a/b.bin", 999), Error);
  EXPECT_THROW(archive.read("absent", 999), Error);
}

TEST(Zip, HostileArchivesAreRefused) {
  for (const char* name : {"../up", "a/../../up", "/absolute", "C:/drive", "back\\slash"}) {
    const std::vector<std::byte> bytes = archive_of({{name, "x"}});
    EXPECT_THROW(Archive::from_bytes(bytes, "memory"), Error) << name;
  }
  const std::vector<std::byte> bomb = archive_of({{"bomb", std::string(64 << 20, '\0')}});
  EXPECT_LT(bomb.size(), 1u << 20);
  EXPECT_THROW(Archive::from_bytes(bomb, "memory"), Error);
}

TEST(Zip, DamagedArchivesAreRefused) {
  const std::vector<std::byte> bytes = archive_of({{"a", std::string(5000, 'x') + "tail"}});
  EXPECT_THROW(Archive::from_bytes(std::span(bytes).first(bytes.size() / 2), "half"), Error);
  EXPECT_THROW(Archive::from_bytes({}, "nothing"), Error);
  EXPECT_THROW(Archive::open("/nowhere/model.keras"), Error);
  for (size_t i = 0; i < bytes.size(); ++i) {  // any one byte wrong: an Error, or the right bytes
    std::vector<std::byte> damaged = bytes;
    damaged[i] ^= std::byte{0x55};
    try {
      const Archive archive = Archive::from_bytes(damaged, "damaged");
      if (archive.contains("a")) archive.read("a", 1 << 20);
    } catch (const Error&) {
    }
  }
}

}  // namespace
}  // namespace litewright::zip
