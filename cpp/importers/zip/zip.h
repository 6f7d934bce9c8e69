// A small, read-only view of a zip archive through libzip, safe against archives made to do harm.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace litewright::zip {

class Archive {
 public:
  // kIo when the file cannot be read. kInvalidModel when it is not a zip archive, or when an entry is
  // encrypted, occurs twice, has an absolute name or one that climbs out with "..", or inflates beyond all
  // measure.
  static Archive open(const std::string& path);
  // `bytes` must outlive the Archive; they are not copied. `name` stands for the file in messages.
  static Archive from_bytes(std::span<const std::byte> bytes, const std::string& name);
  Archive(Archive&&) noexcept;
  Archive& operator=(Archive&&) noexcept;
  ~Archive();

  const std::vector<std::string>& names() const;
  bool contains(const std::string& entry) const;
  // The uncompressed bytes of an entry of at most `limit` bytes, checked against its CRC.
  std::vector<std::byte> read(const std::string& entry, uint64_t limit) const;
  // The same, given to `sink` block by block.
  using Sink = std::function<void(std::span<const std::byte> block)>;
  void read_blocks(const std::string& entry, uint64_t limit, const Sink& sink) const;

 private:
  struct State;
  explicit Archive(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace litewright::zip
