// Delegates in shared libraries.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "litewright/litewright.h"

namespace litewright {

// The delegate that the library's litewright_create_delegate makes; the library stays loaded as long as it
// lives. Error (kInvalidArgument) with the reason if there is none.
std::shared_ptr<const lw_delegate> load_delegate(
    const std::string& path, const std::vector<std::pair<std::string, std::string>>& options);

}  // namespace litewright
