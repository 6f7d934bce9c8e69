// What kernels derive from constants, shared by the interpreters on one model.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace litewright {

class PackCache {
 public:
  // The value made earlier from the constant at `data` for `variant`, if an interpreter still holds it; else
  // make()'s.
  std::shared_ptr<const void> get(const void* data, const std::string& variant,
                                  const std::function<std::shared_ptr<const void>()>& make) {
    std::lock_guard lock(mutex_);
    std::weak_ptr<const void>& entry = entries_[{data, variant}];
    std::shared_ptr<const void> value = entry.lock();
    if (!value) entry = value = make();
    return value;
  }

 private:
  std::mutex mutex_;
  std::map<std::pair<const void*, std::string>, std::weak_ptr<const void>> entries_;
};

}  // namespace litewright
