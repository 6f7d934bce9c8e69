// A small, read-only view of an HDF5 file through the HDF5 C library.
//
// Only what lies inside the file itself is followed: soft, external and user-defined links, virtual datasets
// and external storage are refused, and no extent is believed before it was compared with the bytes that are
// there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/bytes.h"

namespace litewright::hdf5 {

struct Array {
  std::vector<int64_t> shape;
  Bytes data;  // float32, at any address
};

class File {
 public:
  // kIo when the file cannot be read, kInvalidModel when it is not HDF5.
  static File open(const std::string& path);
  // `name` stands for the file in messages. `mapped`: the bytes are of a mapped file, and do not stay in
  // memory once they are read.
  static File from_bytes(Bytes bytes, const std::string& name, bool mapped = false);
  File(File&&) noexcept;
  File& operator=(File&&) noexcept;
  ~File();

  // Paths are "a/b/c" from the root; "" is the root itself. Nothing found, or a link that is refused: false.
  bool is_group(const std::string& path) const;
  bool is_dataset(const std::string& path) const;
  // Names in a group, in creation order where the file keeps it, else sorted.
  std::vector<std::string> children(const std::string& path) const;

  // A string attribute of a group or dataset; nothing when it is absent.
  std::optional<std::string> string_attribute(const std::string& path, const std::string& name) const;
  // A list of strings, also when it was split into name0, name1 ...; nothing when it is absent.
  std::optional<std::vector<std::string>> string_list_attribute(const std::string& path,
                                                                const std::string& name) const;

  std::vector<int64_t> shape(const std::string& path) const;
  // Floats of any width, integers and booleans, as float32. Large ones that the file stores like that are
  // shared with it.
  Array read(const std::string& path) const;

 private:
  struct State;
  explicit File(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace litewright::hdf5
