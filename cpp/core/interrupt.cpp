#include "core/interrupt.h"

#include <utility>

#include "core/error.h"

namespace litewright {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kPause = std::chrono::milliseconds(20);  // between two times that the scopes are asked

thread_local InterruptScope* innermost = nullptr;
thread_local Clock::time_point next_time;

}  // namespace

InterruptScope::InterruptScope(std::function<void()> check)
    : check_(std::move(check)), outer_(std::exchange(innermost, this)) {}

InterruptScope::~InterruptScope() { innermost = outer_; }

std::function<void()> deadline(double seconds, const char* what) {
  // Beyond a year it is the same as never, and does not overflow the clock.
  const auto span = std::chrono::duration<double>(seconds < 3e7 ? seconds : 3e7);
  const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(span);
  return [end, seconds, what] {
    if (Clock::now() >= end) fail(ErrorCode::kRuntime, what, " takes more than the allowed ", seconds, " s");
  };
}

void check_interrupt() {
  if (innermost == nullptr) return;
  const auto now = Clock::now();
  if (now < next_time) return;
  next_time = now + kPause;
  for (InterruptScope* scope = innermost; scope != nullptr; scope = scope->outer_) scope->check_();
}

}  // namespace litewright
