#include "importers/tensor_bundle/table.h"

#include <cstring>
#include <utility>

#include "core/error.h"
#include "importers/tensor_bundle/crc32c.h"

namespace litewright {
namespace {

using Span = std::span<const uint8_t>;

constexpr size_t kFooter = 48, kTrailer = 5;  // a trailer: one byte for the compression, the masked checksum
constexpr uint64_t kMagic = 0xdb4775248b80fb57ull;

template <class... Parts>
[[noreturn]] void damaged(const Parts&... parts) {
  fail(ErrorCode::kInvalidModel, "the index is damaged: ", parts...);
}

uint64_t little_endian(Span bytes) {
  uint64_t value = 0;
  for (size_t i = bytes.size(); i-- > 0;) value = value << 8 | bytes[i];
  return value;
}

// A base-128 number, taken off the front of `bytes`.
uint64_t take_varint(Span& bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < bytes.size() && i < 10; ++i) {
    value |= static_cast<uint64_t>(bytes[i] & 127) << (7 * i);
    if (bytes[i] >= 128) continue;
    bytes = bytes.subspan(i + 1);
    return value;
  }
  damaged("a number has no end");
}

struct Handle {
  uint64_t offset, size;
};
Handle take_handle(Span& bytes) {
  const uint64_t offset = take_varint(bytes);
  return {offset, take_varint(bytes)};
}

// A block's entries, without its trailer and restart points.
Span block(Span file, Handle at) {
  if (at.offset > file.size() || file.size() - at.offset < kTrailer ||
      at.size > file.size() - at.offset - kTrailer) {
    damaged("a block of ", at.size, " bytes at ", at.offset, " lies outside its ", file.size(), " bytes");
  }
  const Span content = file.subspan(at.offset, at.size);
  const Span trailer = file.subspan(at.offset + at.size, kTrailer);
  if (little_endian(trailer.subspan(1)) != mask_crc32c(crc32c(file.subspan(at.offset, at.size + 1))))
    damaged("the checksum of the block at ", at.offset, " is wrong");
  if (trailer[0] != 0) damaged("the block at ", at.offset, " is compressed, which variables never are");
  if (at.size < 4) damaged("the block at ", at.offset, " is too short");
  const uint64_t restarts = little_endian(content.last(4));
  if (restarts > (at.size - 4) / 4) damaged("the block at ", at.offset, " is too short");
  return content.first(at.size - 4 - 4 * restarts);
}

// Calls visit(key, value) for each entry. A key shares its first bytes with the one before it.
template <class Visit>
void for_each_entry(Span entries, const Visit& visit) {
  std::string key;
  while (!entries.empty()) {
    const uint64_t shared = take_varint(entries), own = take_varint(entries), size = take_varint(entries);
    if (shared > key.size() || own > entries.size() || size > entries.size() - own)
      damaged("an entry behind '", key, "' runs over its block's end");
    key.resize(shared);
    key.append(reinterpret_cast<const char*>(entries.data()), own);
    visit(key, entries.subspan(own, size));
    entries = entries.subspan(own + size);
  }
}

}  // namespace

std::map<std::string, std::string> read_table(Span bytes) {
  if (bytes.size() < kFooter) damaged("it has ", bytes.size(), " bytes, a footer alone needs ", kFooter);
  if (little_endian(bytes.last(8)) != kMagic) damaged("it does not end as a table does (it may be cut off)");
  Span footer = bytes.last(kFooter);
  take_handle(footer);  // of the block of properties
  std::map<std::string, std::string> entries;
  for_each_entry(block(bytes, take_handle(footer)), [&](const std::string&, Span handle) {
    for_each_entry(block(bytes, take_handle(handle)), [&](const std::string& key, Span value) {
      entries.emplace(key, std::string(reinterpret_cast<const char*>(value.data()), value.size()));
    });
  });
  return entries;
}

}  // namespace litewright
