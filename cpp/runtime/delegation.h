// Runs parts of a graph on delegates, and on the CPU where they cannot or fail.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "litewright/litewright.h"
#include "runtime/interpreter.h"

namespace litewright {

// How the names of the operators begin that stand for what runs on a delegate.
inline constexpr const char* kDelegateOp = "DELEGATE ";

// Error (kInvalidArgument) if the struct is too small or functions are missing.
void check_delegate(const lw_delegate* delegate);

// The graph with each partition that a delegate claims as one custom operator; its operators become a
// subgraph of their own, which computes shapes and takes over when the delegate does not deliver. Delegates
// are asked in order. `warn` is told of every partition that is given back to the CPU. Delegates must outlive
// the result.
std::shared_ptr<const GraphRewrite> delegate_graph(const Graph& graph,
                                                   const std::vector<const lw_delegate*>& delegates,
                                                   const std::function<void(const std::string&)>& warn);

}  // namespace litewright
