// What kernels derive from constants, shared by the interpreters on one model.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "runtime/aligned_buffer.h"

namespace litewright {

class PackCache {
 public:
  // The value made earlier from the constant at `data` for `variant`, if an interpreter still holds it; else
  // make()'s.
  std::shared_ptr<const void> get(const void* data, const std::string& variant,
                                  const std::function<std::shared_ptr<const void>()>& make) {
    std::lock_guard lock(mutex_);
    Entry& entry = entries_[{data, variant}];
    std::shared_ptr<const void> value = entry.value.lock();
    if (!value) {
      const size_t before = aligned_bytes_of_thread();
      entry.value = value = make();
      entry.bytes = aligned_bytes_of_thread() - before;
    }
    return value;
  }
  // The memory of the values that interpreters hold.
  size_t bytes() {
    std::lock_guard lock(mutex_);
    size_t sum = 0;
    for (const auto& [key, entry] : entries_) sum += entry.value.expired() ? 0 : entry.bytes;
    return sum;
  }

 private:
  struct Entry {
    std::weak_ptr<const void> value;
    size_t bytes = 0;
  };
  std::mutex mutex_;
  std::map<std::pair<const void*, std::string>, Entry> entries_;
};

}  // namespace litewright
