#include "importers/tensor_bundle/tensor_bundle.h"

#include <cstdio>
#include <utility>

#include "core/error.h"
#include "importers/proto/tensorflow.pb.h"
#include "importers/tensor_bundle/crc32c.h"
#include "importers/tensor_bundle/table.h"
#include "importers/tf/types.h"
#include "tflite/mapped_file.h"

namespace litewright {
namespace {

constexpr int32_t kMostShards = 1 << 16;

template <class Message>
Message parse(const std::string& bytes, const std::string& key) {
  Message message;
  if (!message.ParseFromString(bytes)) fail(ErrorCode::kInvalidModel, "the entry '", key, "' is damaged");
  return message;
}

TensorBundle::Entry entry_of(const proto::BundleEntry& message, const std::string& key) {
  TensorBundle::Entry entry;
  for (const auto& dim : message.shape().dim()) {
    if (dim.size() < 0 || dim.size() > INT32_MAX)
      fail(ErrorCode::kInvalidModel, "'", key, "' has a dimension of ", dim.size());
    entry.shape.push_back(static_cast<int32_t>(dim.size()));
  }
  if (message.offset() < 0 || message.size() < 0)
    fail(ErrorCode::kInvalidModel, "'", key, "' lies at a negative place");
  entry.dtype = message.dtype();
  entry.shard = message.shard_id();
  entry.offset = static_cast<uint64_t>(message.offset());
  entry.size = static_cast<uint64_t>(message.size());
  entry.checksum = message.crc32c();
  for (const proto::TensorSlice& slice : message.slices()) {
    TensorSlice& part = entry.parts.emplace_back();
    for (const auto& extent : slice.extent())
      part.push_back({extent.start(), extent.has_length() ? extent.length() : -1});
  }
  return entry;
}

}  // namespace

TensorBundle::TensorBundle(std::string prefix) : prefix_(std::move(prefix)) {
  const std::string path = prefix_ + ".index";
  with_context([&] { return "reading '" + path + "'"; },
               [&] {
                 const Bytes file = map_file(path);
                 for (const auto& [key, value] : read_table({file.data(), file.size()})) {
                   if (!key.empty()) {
                     entries_.emplace(key, entry_of(parse<proto::BundleEntry>(value, key), key));
                     continue;
                   }
                   const auto header = parse<proto::BundleHeader>(value, "header");
                   if (header.endianness() != 0)
                     fail(ErrorCode::kUnsupported, "its numbers are stored big end first");
                   if (header.num_shards() < 1 || header.num_shards() > kMostShards)
                     fail(ErrorCode::kInvalidModel, "it says to have ", header.num_shards(), " shards");
                   shards_.resize(static_cast<size_t>(header.num_shards()));
                 }
                 if (shards_.empty()) fail(ErrorCode::kInvalidModel, "it has no header");
               });
}

const Bytes& TensorBundle::shard(int32_t index) const {
  if (index < 0 || static_cast<size_t>(index) >= shards_.size())
    fail(ErrorCode::kInvalidModel, "there is no shard ", index, " of ", shards_.size());
  Bytes& bytes = shards_[static_cast<size_t>(index)];
  if (bytes.empty()) {
    char suffix[32];
    std::snprintf(suffix, sizeof(suffix), ".data-%05d-of-%05d", index, static_cast<int>(shards_.size()));
    bytes = map_file(prefix_ + suffix);
  }
  return bytes;
}

TensorBundle::Value TensorBundle::read(const std::string& key) const {
  return with_context([&] { return "reading the variable '" + key + "'"; },
                      [&]() -> Value {
                        const auto found = entries_.find(key);
                        if (found == entries_.end())
                          fail(ErrorCode::kInvalidModel, "'", prefix_, ".index' has no such entry");
                        const Entry& entry = found->second;
                        const DType dtype = tf::to_dtype(entry.dtype, "it");
                        if (dtype_bits(dtype) == 0 || dtype == DType::kResource)
                          fail(ErrorCode::kUnsupported, "a variable of type ", dtype_name(dtype),
                               " cannot be converted");
                        return entry.parts.empty() ? stored(entry, dtype) : assembled(key, entry, dtype);
                      });
}

TensorBundle::Value TensorBundle::read(const std::string& key, const TensorSlice& slice) const {
  const Value whole = read(key);
  if (slice.empty()) return whole;
  const TensorSlice part = within(whole.shape, slice);
  Shape shape;
  for (const SliceExtent& extent : part) shape.push_back(static_cast<int32_t>(extent.length));
  std::vector<uint8_t> bytes(static_cast<size_t>(num_elements(shape)) * dtype_size(whole.dtype));
  copy_part(whole.shape, part, dtype_size(whole.dtype), whole.data.data(), bytes.data());
  return {whole.dtype, shape, Bytes::own(std::move(bytes))};
}

TensorBundle::Value TensorBundle::stored(const Entry& entry, DType dtype) const {
  const std::optional<int64_t> count = checked_elements(entry.shape);
  if (!count || static_cast<uint64_t>(*count) > UINT64_MAX / 16 ||
      static_cast<uint64_t>(*count) * dtype_size(dtype) != entry.size) {
    fail(ErrorCode::kInvalidModel, "its shape ", to_string(entry.shape), " does not fit its ", entry.size,
         " bytes");
  }
  if (entry.size == 0) return {dtype, entry.shape, Bytes()};
  const Bytes& file = shard(entry.shard);
  if (entry.offset > file.size() || entry.size > file.size() - entry.offset) {
    fail(ErrorCode::kInvalidModel, "its ", entry.size, " bytes at ", entry.offset,
         " lie outside the shard's ", file.size(), " (it may be cut off)");
  }
  Bytes data = file.slice(entry.offset, entry.size);
  if (mask_crc32c(crc32c({data.data(), data.size()})) != entry.checksum)
    fail(ErrorCode::kInvalidModel, "its checksum is wrong");
  if (reinterpret_cast<uintptr_t>(data.data()) % 16 != 0) data = Bytes::copy(data.data(), data.size());
  return {dtype, entry.shape, data};
}

// The whole of what is stored in parts. They cover it: their elements are counted, and no part is read twice.
TensorBundle::Value TensorBundle::assembled(const std::string& key, const Entry& entry, DType dtype) const {
  int64_t covered = 0;
  std::vector<std::pair<TensorSlice, Value>> parts;
  for (const TensorSlice& slice : entry.parts) {
    const auto found = entries_.find(slice_key(key, slice));
    if (found == entries_.end() || found->second.dtype != entry.dtype || !found->second.parts.empty())
      fail(ErrorCode::kInvalidModel, "a part of it is missing");
    const TensorSlice inside = within(entry.shape, slice);
    parts.emplace_back(inside, stored(found->second, dtype));
    const Shape& shape = parts.back().second.shape;
    for (size_t i = 0; i < inside.size(); ++i) {
      if (shape.size() != inside.size() || shape[i] != inside[i].length)
        fail(ErrorCode::kInvalidModel, "a part of it has the shape ", to_string(shape));
    }
    covered += num_elements(shape);
  }
  if (checked_elements(entry.shape) != covered)
    fail(ErrorCode::kInvalidModel, "its parts have ", covered, " elements, its shape is ",
         to_string(entry.shape));
  std::vector<uint8_t> bytes(static_cast<size_t>(covered) * dtype_size(dtype));
  for (const auto& [slice, value] : parts) {
    if (!value.data.empty())
      place_part(entry.shape, slice, dtype_size(dtype), value.data.data(), bytes.data());
  }
  return {dtype, entry.shape, Bytes::own(std::move(bytes))};
}

}  // namespace litewright
