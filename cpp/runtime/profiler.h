// Where the time of a run goes.
#pragma once

#include <cstdint>

namespace litewright {

// Told of every operator as it runs; implemented by whoever wants to know.
class Profiler {
 public:
  virtual ~Profiler() = default;
  virtual void operator_ran(int subgraph, int node, int64_t nanoseconds) = 0;
};

}  // namespace litewright
