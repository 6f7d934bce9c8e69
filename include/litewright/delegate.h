// Delegates: whoever takes over nodes of a graph. Their interface is C's, lw_delegate.
#pragma once

#include <litewright/status.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace litewright {
inline namespace v0 {

using Delegate = std::shared_ptr<const lw_delegate>;

// A delegate in a shared library, which stays loaded as long as the delegate is used.
inline Status try_load_delegate(const std::string& path, const std::map<std::string, std::string>& options,
                                Delegate& delegate) {
  std::vector<const char*> keys, values;
  for (const auto& [key, value] : options) {
    keys.push_back(key.c_str());
    values.push_back(value.c_str());
  }
  lw_delegate* handle = nullptr;
  const lw_status status = lw_load_delegate(path.c_str(), keys.data(), values.data(), keys.size(), &handle);
  if (status == LW_OK) delegate = Delegate(handle, [](lw_delegate* held) { lw_delegate_delete(held); });
  return Status::of(status);
}

inline Delegate load_delegate(const std::string& path,
                              const std::map<std::string, std::string>& options = {}) {
  Delegate delegate;
  try_load_delegate(path, options, delegate).or_throw();
  return delegate;
}

}  // namespace v0
}  // namespace litewright
