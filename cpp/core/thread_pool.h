// Threads that share the work of one operator.
#pragma once

#include <cstdint>
#include <memory>

namespace litewright {

// A borrowed callable `void(int64_t begin, int64_t end)`; it must outlive the call it is passed to. Never
// allocates.
class RangeFunction {
 public:
  template <class F>
  RangeFunction(const F& f)  // NOLINT: implicit, so that lambdas pass
      : object_(&f), call_([](const void* object, int64_t begin, int64_t end) {
          (*static_cast<const F*>(object))(begin, end);
        }) {}
  void operator()(int64_t begin, int64_t end) const { call_(object_, begin, end); }

 private:
  const void* object_;
  void (*call_)(const void*, int64_t, int64_t);
};

// A fixed number of threads, the caller's included. One parallel_for at a time; calls from inside a running
// one, and concurrent calls from other threads, run in the calling thread. `f` must not throw.
class ThreadPool {
 public:
  explicit ThreadPool(int num_threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int num_threads() const { return num_threads_; }
  // Splits [0, count) into at most num_threads() ranges of at least `grain` items and runs `f` on each.
  void parallel_for(int64_t count, int64_t grain, const RangeFunction& f);

 private:
  struct State;
  int num_threads_;
  std::unique_ptr<State> state_;
};

}  // namespace litewright
