#include "importers/zip/stored_entry.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <thread>
#include <vector>

#include "core/thread_pool.h"
#include "tflite/mapped_file.h"

namespace litewright::zip {
namespace {

constexpr uint32_t kLocalHeader = 0x04034b50, kCentralHeader = 0x02014b50, kEnd = 0x06054b50;
constexpr uint64_t kLocalSize = 30, kCentralSize = 46, kEndSize = 22, kMaxComment = 65535;

// Little-endian fields; what lies outside the archive is all ones, which no field that counts may be.
class Fields {
 public:
  explicit Fields(const Bytes& bytes) : bytes_(&bytes) {}
  uint32_t u16(uint64_t position) const { return read<uint16_t>(position); }
  uint32_t u32(uint64_t position) const { return read<uint32_t>(position); }
  std::string_view text(uint64_t position, uint64_t size) const {
    if (position > bytes_->size() || size > bytes_->size() - position) return {};
    return {reinterpret_cast<const char*>(bytes_->data() + position), size};
  }

 private:
  template <class T>
  T read(uint64_t position) const {
    T value = static_cast<T>(-1);
    const std::string_view field = text(position, sizeof(T));
    if (!field.empty()) std::memcpy(&value, field.data(), sizeof(T));
    return value;
  }
  const Bytes* bytes_;
};

// The position of the end record, which a comment may follow.
std::optional<uint64_t> find_end(const Fields& fields, uint64_t size) {
  for (uint64_t comment = 0; comment <= kMaxComment && comment + kEndSize <= size; ++comment) {
    const uint64_t position = size - comment - kEndSize;
    if (fields.u32(position) == kEnd && fields.u16(position + 20) == comment) return position;
  }
  return std::nullopt;
}

std::optional<StoredEntry> at_header(const Bytes& archive, const Fields& fields, uint64_t header) {
  const bool encrypted = (fields.u16(header + 8) & 1) != 0;
  const uint32_t method = fields.u16(header + 10), compressed = fields.u32(header + 20);
  const uint64_t size = fields.u32(header + 24), local = fields.u32(header + 42);
  if (encrypted || method != 0 || compressed != size || fields.u32(local) != kLocalHeader)
    return std::nullopt;
  const uint64_t begin = local + kLocalSize + fields.u16(local + 26) + fields.u16(local + 28);
  if (begin > archive.size() || size > archive.size() - begin) return std::nullopt;
  return StoredEntry{archive.slice(begin, size), fields.u32(header + 16)};
}

}  // namespace

std::optional<StoredEntry> find_stored(const Bytes& archive, const std::string& entry) {
  const Fields fields(archive);
  const std::optional<uint64_t> end = find_end(fields, archive.size());
  if (!end) return std::nullopt;
  uint64_t header = fields.u32(*end + 16);
  for (uint32_t i = 0; i < fields.u16(*end + 10) && fields.u32(header) == kCentralHeader; ++i) {
    const uint64_t name = fields.u16(header + 28);
    if (fields.text(header + kCentralSize, name) == entry) return at_header(archive, fields, header);
    header += kCentralSize + name + fields.u16(header + 30) + fields.u16(header + 32);
  }
  return std::nullopt;
}

bool has_crc(const Bytes& bytes, uint32_t crc, bool mapped) {
  constexpr size_t kBlock = 1 << 20;
  std::vector<uint32_t> crcs((bytes.size() + kBlock - 1) / kBlock);
  const auto block = [&](size_t i) {
    return bytes.slice(i * kBlock, std::min(kBlock, bytes.size() - i * kBlock));
  };
  ThreadPool pool(
      std::min<int>(4, static_cast<int>(std::min<size_t>(std::thread::hardware_concurrency(), crcs.size()))));
  pool.parallel_for(static_cast<int64_t>(crcs.size()), 1, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      crcs[i] = static_cast<uint32_t>(crc32_z(0, block(i).data(), block(i).size()));
      if (mapped) release_mapped(block(i).data(), block(i).size());
    }
  });
  uLong whole = 0;
  for (size_t i = 0; i < crcs.size(); ++i)
    whole = crc32_combine(whole, crcs[i], static_cast<z_off_t>(block(i).size()));
  return whole == crc;
}

}  // namespace litewright::zip
