// Where the time of runs goes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace litewright {
inline namespace v0 {

// One operator, summed over runs. Operators that call subgraphs include them.
struct OperatorTime {
  std::string op;      // "CONV_2D"
  std::string output;  // the name of its first result
  int subgraph = 0, node = 0;
  int64_t runs = 0, nanoseconds = 0;
};

struct Profile {
  std::vector<OperatorTime> operators;  // in execution order
  std::string chrome_trace;             // JSON for chrome://tracing or Perfetto
};

}  // namespace v0
}  // namespace litewright
