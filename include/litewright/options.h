// How an interpreter runs.
#pragma once

#include <litewright/custom_op.h>
#include <litewright/delegate.h>

#include <functional>
#include <string>
#include <vector>

namespace litewright {
inline namespace v0 {

struct Options {
  int num_threads = 1;
  bool reference = false;     // reference kernels with the reference's rounding
  bool preserve_all = false;  // intermediate tensors keep their values
  std::vector<CustomOp> custom_ops = {};
  std::vector<Delegate> delegates = {};  // asked in this order
  // Told what did not go as asked and was worked around: a delegate that failed, for example.
  std::function<void(const std::string& message)> warning = nullptr;
};

}  // namespace v0
}  // namespace litewright
