#include "core/thread_pool.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace litewright {

struct ThreadPool::State {
  std::vector<std::thread> workers;
  std::mutex busy;  // held by the one running parallel_for
  std::mutex mutex;
  std::condition_variable start, done;
  const RangeFunction* function = nullptr;
  int64_t count = 0;
  int parts = 0;
  int pending = 0;
  uint64_t generation = 0;
  bool stop = false;

  void run_part(int part) const {
    const int64_t begin = count * part / parts;
    const int64_t end = count * (part + 1) / parts;
    if (begin < end) (*function)(begin, end);
  }

  void work(int index) {
    uint64_t seen = 0;
    std::unique_lock lock(mutex);
    while (true) {
      start.wait(lock, [&] { return stop || generation != seen; });
      if (stop) return;
      seen = generation;
      if (index >= parts) continue;
      lock.unlock();
      run_part(index);
      lock.lock();
      if (--pending == 0) done.notify_one();
    }
  }
};

ThreadPool::ThreadPool(int num_threads) : num_threads_(std::max(1, num_threads)), state_(new State) {
  for (int i = 1; i < num_threads_; ++i) state_->workers.emplace_back([this, i] { state_->work(i); });
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
  {
    std::lock_guard lock(state_->mutex);
    state_->function = &f;
    state_->count = count;
    state_->parts = parts;
    state_->pending = parts - 1;
    ++state_->generation;
  }
  state_->start.notify_all();
  state_->run_part(0);
  std::unique_lock lock(state_->mutex);
  state_->done.wait(lock, [&] { return state_->pending == 0; });
}

}  // namespace litewright
