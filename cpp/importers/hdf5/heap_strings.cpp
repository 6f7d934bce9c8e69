#include "importers/hdf5/heap_strings.h"

#include <cstring>
#include <deque>
#include <map>
#include <span>

#include "core/error.h"

namespace litewright::hdf5 {
namespace {

using Span = std::span<const uint8_t>;

constexpr size_t kMostBlocks = 4096;  // of one object header
constexpr int kContinuation = 0x10, kAttribute = 0x0C;
constexpr size_t kReference = 16;  // length, address and number of a string

[[noreturn]] void bad(const char* what) {
  fail(ErrorCode::kInvalidModel, "the HDF5 file is damaged: ", what);
}

// Little-endian numbers one after another; Error at the end.
class Cursor {
 public:
  explicit Cursor(Span bytes) : bytes_(bytes) {}

  uint64_t number(size_t width) {
    uint64_t value = 0;
    std::memcpy(&value, take(width).data(), width);
    return value;
  }
  Span take(uint64_t size) {
    if (size > left()) bad("a structure ends early");
    const Span result = bytes_.subspan(at_, size);
    at_ += size;
    return result;
  }
  void align(size_t width) {
    if (at_ % width != 0) take(width - at_ % width);
  }
  size_t left() const { return bytes_.size() - at_; }

 private:
  Span bytes_;
  size_t at_ = 0;
};

bool starts(Span bytes, const char* signature) {
  return bytes.size() >= 4 && std::memcmp(bytes.data(), signature, 4) == 0;
}

class Reader {
 public:
  explicit Reader(const Bytes& file) {
    Span bytes(file.data(), file.size());
    size_t base = 0;
    while (base < bytes.size() && !starts(bytes.subspan(base), "\x89HDF")) base = base == 0 ? 512 : 2 * base;
    if (base >= bytes.size()) bad("it has no signature");
    file_ = bytes.subspan(base);
    Cursor superblock(file_);
    superblock.take(8);
    if (superblock.number(1) < 2) superblock.take(4);
    if (superblock.number(1) != 8 || superblock.number(1) != 8) bad("its offsets do not have eight bytes");
  }

  std::vector<std::string> strings(uint64_t address, const std::string& name, uint64_t count) {
    const Span data = attribute(address, name);
    if (data.data() == nullptr) bad("an attribute is stored in a way that is not read");
    if (count > data.size() / kReference) bad("an attribute is shorter than its shape");
    Cursor references(data);
    std::vector<std::string> result;
    for (uint64_t i = 0; i < count; ++i) {
      const uint64_t length = references.number(4), heap = references.number(8),
                     number = references.number(4);
      result.push_back(length == 0 ? std::string() : string(length, heap, number));
    }
    return result;
  }

  // The values of the attribute `name`, nothing if there is none; checks those before it.
  Span attribute(uint64_t address, const std::string& name) {
    const bool second = starts(at(address), "OHDR");
    std::deque<Span> blocks = {second ? first_block2(address) : first_block1(address)};
    for (size_t done = 0; !blocks.empty(); ++done, blocks.pop_front()) {
      if (done == kMostBlocks) bad("an object header has too many parts");
      Cursor block(blocks.front());
      const size_t least = second ? 4 + order_bytes_ : 8;
      while (block.left() >= least) {
        const uint64_t type = block.number(second ? 1 : 2), size = block.number(2);
        block.take(second ? 1 + order_bytes_ : 4);
        const Span message = block.take(size);
        if (type == kAttribute) {
          if (const Span found = values_of(message, name); found.data() != nullptr) return found;
        } else if (type == kContinuation) {
          Cursor where(message);
          const uint64_t next = where.number(8), length = where.number(8);
          Cursor part(at(next));
          if (second && !starts(part.take(4), "OCHK")) bad("an object header's part is missing");
          if (second && length < 8) bad("an object header's part is too short");
          blocks.push_back(part.take(second ? length - 8 : length));
        }
      }
    }
    return {};
  }

 private:
  Span at(uint64_t address) const {
    if (address >= file_.size()) bad("an address lies beyond the end");
    return file_.subspan(address);
  }

  Span first_block1(uint64_t address) {
    Cursor header(at(address));
    header.take(8);
    const uint64_t size = header.number(4);
    header.take(4);
    return header.take(size);
  }

  Span first_block2(uint64_t address) {
    Cursor header(at(address));
    header.take(5);
    const uint64_t flags = header.number(1);
    if ((flags & 0x20) != 0) header.take(16);
    if ((flags & 0x10) != 0) header.take(4);
    order_bytes_ = (flags & 4) != 0 ? 2 : 0;
    return header.take(header.number(size_t{1} << (flags & 3)));
  }

  // The bytes of an array with this shape message; the library copies as many.
  static uint64_t bytes_of(Span space, uint64_t element) {
    Cursor cursor(space);
    const uint64_t version = cursor.number(1), rank = cursor.number(1);
    cursor.take(1);
    const uint64_t kind = cursor.number(1);
    if (version == 1) cursor.take(4);
    if (version > 1 && kind == 2) return 0;  // no values
    uint64_t bytes = element;
    for (uint64_t i = 0; i < rank; ++i) {
      if (__builtin_mul_overflow(bytes, cursor.number(8), &bytes)) bad("an attribute's shape is too large");
    }
    return bytes;
  }

  // What follows name, type and shape of an attribute's message; nothing if it has another name.
  static Span values_of(Span message, const std::string& name) {
    Cursor cursor(message);
    const uint64_t version = cursor.number(1), flags = cursor.number(1);
    if (version > 1 && (flags & 3) != 0) bad("an attribute's type or shape lies elsewhere");
    const uint64_t name_size = cursor.number(2), type_size = cursor.number(2), space_size = cursor.number(2);
    if (version == 3) cursor.take(1);
    const auto next = [&](uint64_t size) {
      const Span part = cursor.take(size);
      if (version == 1) cursor.align(8);
      return part;
    };
    const Span found = next(name_size);
    const size_t length = strnlen(reinterpret_cast<const char*>(found.data()), found.size());
    if (length == found.size()) bad("an attribute's name has no end");
    Cursor type(next(type_size));
    type.take(4);
    const uint64_t element = type.number(4);
    if (bytes_of(next(space_size), element) > cursor.left()) bad("an attribute is shorter than its shape");
    if (name != std::string_view(reinterpret_cast<const char*>(found.data()), length)) return {};
    return cursor.take(cursor.left());
  }

  std::string string(uint64_t length, uint64_t heap, uint64_t number) {
    auto known = heaps_.find(heap);
    if (known == heaps_.end()) known = heaps_.emplace(heap, objects(heap)).first;
    const auto object = known->second.find(number);
    if (object == known->second.end() || length > object->second.size()) bad("a string is not in its heap");
    const char* text = reinterpret_cast<const char*>(object->second.data());
    return std::string(text, strnlen(text, length));
  }

  // The objects of a heap collection by number.
  std::map<uint64_t, Span> objects(uint64_t heap) const {
    Cursor header(at(heap));
    if (!starts(header.take(4), "GCOL")) bad("a heap is missing");
    header.take(4);
    const uint64_t size = header.number(8);
    if (size < 16) bad("a heap is too small");
    Cursor collection(header.take(size - 16));
    std::map<uint64_t, Span> result;
    while (collection.left() >= 16) {
      const uint64_t number = collection.number(2);
      collection.take(6);
      const uint64_t bytes = collection.number(8);
      if (number == 0) break;  // free space up to the end
      result.emplace(number, collection.take(bytes));
      if (collection.left() > 0) collection.align(8);
    }
    return result;
  }

  Span file_;
  size_t order_bytes_ = 0;
  std::map<uint64_t, std::map<uint64_t, Span>> heaps_;
};

}  // namespace

std::vector<std::string> read_heap_strings(const Bytes& file, uint64_t address, const std::string& name,
                                           uint64_t count) {
  return Reader(file).strings(address, name, count);
}

void check_attributes(const Bytes& file, uint64_t address) { Reader(file).attribute(address, ""); }

}  // namespace litewright::hdf5
