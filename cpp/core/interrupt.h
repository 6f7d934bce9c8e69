// How long work ends early: because its time is over, or because whoever called it says so.
#pragma once

#include <chrono>
#include <functional>

namespace litewright {

// While one lives, check_interrupt() in this thread calls `check` now and then; what that throws ends the
// work. Scopes nest; all are asked.
class InterruptScope {
 public:
  explicit InterruptScope(std::function<void()> check);
  ~InterruptScope();
  InterruptScope(const InterruptScope&) = delete;
  InterruptScope& operator=(const InterruptScope&) = delete;

 private:
  friend void check_interrupt();
  std::function<void()> check_;
  InterruptScope* outer_;
};

// Ends the work with an Error (kRuntime) that names `what` when `seconds` are over.
std::function<void()> deadline(double seconds, const char* what);

// For loops over layers, operators, passes and samples. Costs nanoseconds.
void check_interrupt();

}  // namespace litewright
