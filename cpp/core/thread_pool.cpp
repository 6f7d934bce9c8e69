#include "core/thread_pool.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace litewright {
namespace {

// How long a thread looks for work before it sleeps: operators follow each other within it.
constexpr std::chrono::microseconds kPatience(50);
constexpr uint64_t kPartsBits = 16;

void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#else
  std::this_thread::yield();
#endif
}

// Waits until `done()`, at most kPatience. Whether it is done.
template <class Done>
bool spin(const Done& done) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  do {
    for (int i = 0; i < 16; ++i) {
      if (done()) return true;
      pause();
    }
  } while (std::chrono::steady_clock::now() < end);
  return done();
}

}  // namespace

struct ThreadPool::State {
  std::vector<std::thread> workers;
  bool spins = false;
  std::mutex busy;  // held by the one running parallel_for

  // The number of the region above the number of its parts, and above the next part that nobody has taken, in
  // one word each: who gets no part of a region touches nothing else of it. Threads take parts as they come,
  // so that none waits for one that does not run.
  std::atomic<uint64_t> region = 0, next = 0;
  const RangeFunction* function = nullptr;
  int64_t count = 0;
  std::atomic<int> pending = 0;  // parts that are not finished

  std::mutex mutex;  // of those who sleep
  std::condition_variable start, done;
  std::atomic<int> sleepers = 0;
  std::atomic<bool> caller_sleeps = false;
  std::atomic<bool> stop = false;

  // Runs the parts of `now` that nobody has taken.
  void run_parts(uint64_t now) {
    const uint64_t number = now >> kPartsBits, mask = (uint64_t{1} << kPartsBits) - 1;
    const auto parts = static_cast<int64_t>(now & mask);
    uint64_t taken = next.load();
    while (taken >> kPartsBits == number && static_cast<int64_t>(taken & mask) < parts) {
      if (!next.compare_exchange_weak(taken, taken + 1)) continue;
      const auto part = static_cast<int64_t>(taken & mask);
      const int64_t begin = count * part / parts, end = count * (part + 1) / parts;
      if (begin < end) (*function)(begin, end);
      if (--pending == 0 && caller_sleeps) {
        std::lock_guard lock(mutex);
        done.notify_one();
      }
      taken = next.load();
    }
  }

  // The next region after `seen`; the same if the pool stops.
  uint64_t next_region(uint64_t seen) {
    const auto changed = [&] { return region.load() != seen || stop.load(); };
    if (!spins || !spin(changed)) {
      std::unique_lock lock(mutex);
      ++sleepers;
      start.wait(lock, changed);
      --sleepers;
    }
    return region.load();
  }

  void work() {
    for (uint64_t seen = 0;;) {
      seen = next_region(seen);
      if (stop) return;
      run_parts(seen);
    }
  }

  void wait_for_workers() {
    const auto finished = [&] { return pending.load() == 0; };
    if (spins ? spin(finished) : finished()) return;
    std::unique_lock lock(mutex);
    caller_sleeps = true;
    done.wait(lock, finished);
    caller_sleeps = false;
  }
};

ThreadPool::ThreadPool(int num_threads)
    : num_threads_(std::clamp(num_threads, 1, (1 << kPartsBits) - 1)), state_(new State) {
  state_->spins = num_threads_ <= static_cast<int>(std::thread::hardware_concurrency());
  for (int i = 1; i < num_threads_; ++i) state_->workers.emplace_back([this] { state_->work(); });
}

ThreadPool::~ThreadPool() {
  {
    std::lock_guard lock(state_->mutex);
    state_->stop = true;
  }
  state_->start.notify_all();
  for (std::thread& worker : state_->workers) worker.join();
}

void ThreadPool::parallel_for(int64_t count, int64_t grain, const RangeFunction& f) {
  const int64_t most = count / std::max<int64_t>(grain, 1);
  const int parts = static_cast<int>(std::min<int64_t>(num_threads_, most));
  if (parts <= 1 || !state_->busy.try_lock()) {
    if (count > 0) f(0, count);
    return;
  }
  std::lock_guard busy(state_->busy, std::adopt_lock);
  state_->function = &f;
  state_->count = count;
  state_->pending = parts;
  const uint64_t number = (state_->region >> kPartsBits) + 1;
  state_->next = number << kPartsBits;
  state_->region = number << kPartsBits | static_cast<uint64_t>(parts);
  if (state_->sleepers > 0) {
    std::lock_guard lock(state_->mutex);
    state_->start.notify_all();
  }
  state_->run_parts(state_->region);
  state_->wait_for_workers();
}

}  // namespace litewright
