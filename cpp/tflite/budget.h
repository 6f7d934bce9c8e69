// A bound on what a file can make the reader allocate.
#pragma once

#include <cstring>
#include <string>
#include <vector>

#include "core/error.h"
#include "flatbuffers/flatbuffers.h"

namespace litewright {

// Tables of a file may share vectors, so a small hostile file can describe a graph of any size. Copies are
// counted, and those of honest files come to little more than the file.
class Budget {
 public:
  explicit Budget(size_t file_bytes) : left_(16 * file_bytes + (size_t{16} << 20)) {}

  // An empty vector where the file has none.
  template <class To, class From>
  std::vector<To> copy(const flatbuffers::Vector<From>* from) {
    if (from == nullptr) return {};
    take(from->size() * sizeof(To));
    std::vector<To> result(from->size());
    for (size_t i = 0; i < result.size(); ++i) {
      From element;  // the verifier does not promise that it is aligned
      std::memcpy(&element, from->Data() + i * sizeof element, sizeof element);
      result[i] = static_cast<To>(element);
    }
    return result;
  }
  std::string copy(const flatbuffers::String* from) {
    if (from == nullptr) return {};
    take(from->size());
    return from->str();
  }

  void take(size_t bytes) {
    if (bytes > left_) fail(ErrorCode::kInvalidModel, "the file's tables share too much data");
    left_ -= bytes;
  }

 private:
  size_t left_;
};

}  // namespace litewright
