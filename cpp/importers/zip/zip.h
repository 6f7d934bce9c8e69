// A small, read-only view of a zip archive through libzip, safe against archives made to do harm.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/bytes.h"

namespace litewright::zip {

class Archive {
 public:
  // kIo when the file cannot be read. kInvalidModel when it is not a zip archive, or when an entry is
  // encrypted, occurs twice, has an absolute name or one that climbs out with "..", or inflates beyond all
  // measure.
  static Archive open(const std::string& path);
  // `name` stands for the file in messages. `mapped`: the bytes are of a mapped file.
  static Archive from_bytes(Bytes bytes, const std::string& name, bool mapped = false);
  Archive(Archive&&) noexcept;
  Archive& operator=(Archive&&) noexcept;
  ~Archive();

  const std::vector<std::string>& names() const;
  bool contains(const std::string& entry) const;
  bool mapped() const;
  // The uncompressed bytes of an entry of at most `limit` bytes, checked against its CRC.
  Bytes read(const std::string& entry, uint64_t limit) const;
  // The same of an entry that is stored as it is, where it lies in the archive; nothing for other entries.
  std::optional<Bytes> in_place(const std::string& entry) const;

 private:
  struct State;
  explicit Archive(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace litewright::zip
