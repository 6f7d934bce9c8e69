#include "runtime/delegate_library.h"

#include <dlfcn.h>

#include "core/error.h"
#include "runtime/delegation.h"

namespace litewright {

std::shared_ptr<const lw_delegate> load_delegate(
    const std::string& path, const std::vector<std::pair<std::string, std::string>>& options) {
  std::shared_ptr<void> library(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL), [](void* handle) {
    if (handle != nullptr) dlclose(handle);
  });
  if (!library) fail(ErrorCode::kInvalidArgument, "cannot load the delegate library: ", dlerror());
  const auto create =
      reinterpret_cast<lw_create_delegate>(dlsym(library.get(), "litewright_create_delegate"));
  if (create == nullptr) {
    fail(ErrorCode::kInvalidArgument, "'", path,
         "' is no delegate library: it has no litewright_create_delegate");
  }
  std::vector<const char*> keys, values;
  for (const auto& [key, value] : options) {
    keys.push_back(key.c_str());
    values.push_back(value.c_str());
  }
  lw_delegate* delegate = nullptr;
  lw_error error{};
  const lw_status status = create(keys.data(), values.data(), keys.size(), &delegate, &error);
  if (status != LW_OK || delegate == nullptr) {
    fail(ErrorCode::kInvalidArgument, "the delegate of '", path, "' cannot be made: ",
         error.message[0] != 0 ? std::string(error.message) : concat("status ", int{status}));
  }
  std::shared_ptr<const lw_delegate> made(delegate, [library](lw_delegate* held) {
    if (held->destroy != nullptr) held->destroy(held);
  });
  with_context([&] { return path; }, [&] { check_delegate(made.get()); });
  return made;
}

}  // namespace litewright
