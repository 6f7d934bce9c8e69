#include "runtime/profile.h"

#include <algorithm>

#include "core/error.h"

namespace litewright {
namespace {

constexpr size_t kMaxEvents = 1000000;

// As a JSON string.
std::string quote(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (byte < 0x20) {
      constexpr const char* kHex = "0123456789abcdef";
      quoted += "\\u00";
      quoted += kHex[byte >> 4];
      quoted += kHex[byte & 15];
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

// Nanoseconds as the microseconds that the trace format counts in.
std::string microseconds(int64_t nanoseconds) {
  const std::string thousandths = std::to_string(1000 + nanoseconds % 1000).substr(1);
  return std::to_string(nanoseconds / 1000) + '.' + thousandths;
}

}  // namespace

void Profile::operator_ran(int subgraph, int node, int64_t nanoseconds) {
  Total& total = totals_[{subgraph, node}];
  ++total.runs;
  total.nanoseconds += nanoseconds;
  if (events_.size() == kMaxEvents) return;
  const auto now = std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start_).count();
  events_.push_back({subgraph, node, now, nanoseconds});
}

std::string Profile::output_name(int subgraph, int node) const {
  for (TensorId id : op(subgraph, node).outputs) {
    if (id != kNoTensor) return graph_->subgraphs[subgraph].tensors[id].name;
  }
  return "";
}

std::vector<Profile::Row> Profile::rows() const {
  std::vector<Row> rows;
  for (const auto& [where, total] : totals_) {
    const auto [subgraph, node] = where;
    rows.push_back({op(subgraph, node).display_name(), output_name(subgraph, node), subgraph, node,
                    total.runs, total.nanoseconds});
  }
  return rows;
}

std::string Profile::chrome_trace() const {
  std::string text = "{\"displayTimeUnit\": \"ms\", \"traceEvents\": [";
  const char* separator = "\n";
  for (const Event& event : events_) {
    const int64_t start = std::max<int64_t>(event.end - event.nanoseconds, 0);
    text += concat(separator, "{\"ph\": \"X\", \"pid\": 1, \"tid\": 1, \"name\": ",
                   quote(op(event.subgraph, event.node).display_name()), ", \"ts\": ", microseconds(start),
                   ", \"dur\": ", microseconds(event.nanoseconds),
                   ", \"args\": {\"output\": ", quote(output_name(event.subgraph, event.node)),
                   ", \"subgraph\": ", event.subgraph, ", \"node\": ", event.node, "}}");
    separator = ",\n";
  }
  return text + "\n]}\n";
}

}  // namespace litewright
