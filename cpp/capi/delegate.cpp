#include <map>
#include <mutex>

#include "capi/handles.h"
#include "runtime/delegate_library.h"
#include "runtime/delegation.h"

namespace capi = litewright::capi;

namespace {

// Delegates of lw_load_delegate, by the pointer that was handed out.
std::mutex loaded_mutex;
std::map<const lw_delegate*, std::shared_ptr<const lw_delegate>>& loaded() {
  static std::map<const lw_delegate*, std::shared_ptr<const lw_delegate>> delegates;
  return delegates;
}

}  // namespace

lw_status lw_load_delegate(const char* path, const char* const* keys, const char* const* values,
                           size_t num_options, lw_delegate** delegate) {
  return capi::guard([&] {
    std::vector<std::pair<std::string, std::string>> options;
    for (size_t i = 0; i < num_options; ++i) options.emplace_back(keys[i], values[i]);
    std::shared_ptr<const lw_delegate> made = litewright::load_delegate(path, options);
    *delegate = const_cast<lw_delegate*>(made.get());
    const std::lock_guard lock(loaded_mutex);
    loaded().emplace(made.get(), made);
  });
}

void lw_delegate_delete(lw_delegate* delegate) {
  const std::lock_guard lock(loaded_mutex);
  if (loaded().erase(delegate) == 0 && delegate != nullptr && delegate->destroy != nullptr)
    delegate->destroy(delegate);
}

lw_status lw_options_add_delegate(lw_options* options, const lw_delegate* delegate) {
  return capi::guard([&] {
    litewright::check_delegate(delegate);
    options->delegates.push_back(delegate);
    options->rewrite = [](const litewright::Graph& graph, const lw_options& from) {
      return litewright::delegate_graph(graph, from.delegates, from.warn);
    };
  });
}
