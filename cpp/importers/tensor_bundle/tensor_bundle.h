// TensorFlow's checkpoints: an index PREFIX.index and the tensors in PREFIX.data-00000-of-00001 and so on.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/dtype.h"
#include "core/shape.h"
#include "importers/tensor_bundle/partitions.h"

namespace litewright {

class TensorBundle {
 public:
  struct Entry {
    int32_t dtype = 0;  // TensorFlow's number
    Shape shape;
    int32_t shard = 0;
    uint64_t offset = 0, size = 0;
    uint32_t checksum = 0;                // masked
    std::vector<TensorSlice> parts = {};  // not empty: it is stored in these
  };
  struct Value {
    DType dtype;
    Shape shape;
    Bytes data;  // aligned for its elements
  };

  // Reads the index; a folder without one is an Error.
  explicit TensorBundle(std::string prefix);

  const std::map<std::string, Entry>& entries() const { return entries_; }
  bool has(const std::string& key) const { return entries_.count(key) != 0; }
  // The tensor, its checksum verified. Errors: there is none of that key, its bytes are not all there, its
  // type has no fixed size.
  Value read(const std::string& key) const;
  // A part of it; all of it for an empty slice.
  Value read(const std::string& key, const TensorSlice& slice) const;

 private:
  Value stored(const Entry& entry, DType dtype) const;
  Value assembled(const std::string& key, const Entry& entry, DType dtype) const;
  const Bytes& shard(int32_t index) const;
  std::string prefix_;
  std::map<std::string, Entry> entries_;
  mutable std::vector<Bytes> shards_;  // mapped when first used
};

}  // namespace litewright
