// Which runtime first had which version of an operator.
#pragma once

#include <string>

#include "ops/builtin_op.h"

namespace litewright {

// "2.3.0"; "" if it is not known.
std::string min_runtime_version(BuiltinOp op, int version);
// The later of two runtimes; "" is before all.
std::string max_runtime_version(const std::string& a, const std::string& b);

}  // namespace litewright
