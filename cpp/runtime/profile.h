// A record of runs: what each operator took, in sum and as a trace.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "graph/graph.h"
#include "runtime/profiler.h"

namespace litewright {

class Profile : public Profiler {
 public:
  struct Row {
    std::string op;      // "CONV_2D"
    std::string output;  // the name of its first result
    int subgraph = 0, node = 0;
    int64_t runs = 0, nanoseconds = 0;  // operators that call subgraphs include them
  };

  // Names are taken from `graph`, which must outlive the profile.
  explicit Profile(const Graph& graph) : graph_(&graph), start_(Clock::now()) {}

  void operator_ran(int subgraph, int node, int64_t nanoseconds) override;
  // In the order of subgraphs and nodes.
  std::vector<Row> rows() const;
  // JSON for chrome://tracing or Perfetto. Long recordings keep the first million events.
  std::string chrome_trace() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Event {
    int subgraph, node;
    int64_t end, nanoseconds;  // since start_
  };
  struct Total {
    int64_t runs = 0, nanoseconds = 0;
  };
  const Operator& op(int subgraph, int node) const { return graph_->subgraphs[subgraph].operators[node]; }
  std::string output_name(int subgraph, int node) const;

  const Graph* graph_;
  Clock::time_point start_;
  std::map<std::pair<int, int>, Total> totals_;
  std::vector<Event> events_;
};

}  // namespace litewright
