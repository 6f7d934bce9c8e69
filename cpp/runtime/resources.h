// State that outlives a run and is shared by the subgraphs of one interpreter: variables, hash tables, and
// what is used of the limits.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "runtime/usage.h"

namespace litewright {

class Resource {
 public:
  virtual ~Resource() = default;
};

class Resources {
 public:
  explicit Resources(Usage usage) : usage(std::move(usage)) {}

  // The handle of the resource with this container and name, the same for every node that names it.
  int32_t handle(const std::string& container, const std::string& name) {
    return handles_.emplace(std::make_pair(container, name), static_cast<int32_t>(handles_.size()))
        .first->second;
  }
  // The resource behind a handle; nullptr if there is none yet or it is of another kind.
  template <class T>
  T* find(int32_t handle) const {
    const auto found = resources_.find(handle);
    return found == resources_.end() ? nullptr : dynamic_cast<T*>(found->second.get());
  }
  template <class T>
  T* put(int32_t handle, std::unique_ptr<T> resource) {
    T* result = resource.get();
    resources_[handle] = std::move(resource);
    return result;
  }

  // Subgraphs that CALL_ONCE has run already.
  std::map<int32_t, bool> called_once;
  Usage usage;

 private:
  std::map<std::pair<std::string, std::string>, int32_t> handles_;
  std::map<int32_t, std::unique_ptr<Resource>> resources_;
};

}  // namespace litewright
