// Walks a TensorFlow graph from the results that are wanted, and lowers each node once.
#pragma once

#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "importers/tf/lowering.h"

namespace litewright::proto {
class GraphDef;
class FunctionDef;
}  // namespace litewright::proto

namespace litewright::tf {

class Walker {
 public:
  // What is given must outlive the walker.
  Walker(const proto::GraphDef& graph, const Variables& variables, GraphBuilder& builder);

  // `reference`, such as "StatefulPartitionedCall:1", has this value.
  void give(const std::string& reference, Value value);
  // The value of a reference in the graph.
  Value value(const std::string& reference);
  // One line for each node that could not be converted.
  const std::vector<std::string>& problems() const { return problems_; }

 private:
  struct Frame {
    std::unordered_map<std::string, const proto::NodeDef*> nodes;
    std::unordered_map<std::string, Values> results;  // by node or argument
    std::unordered_map<std::string, Value> given;     // by reference
    std::string prefix;                               // of names: the calls that lead here
  };

  void evaluate(Frame& frame, const std::string& wanted);
  Value look_up(const Frame& frame, const std::string& reference) const;
  Values lower(Frame& frame, const proto::NodeDef& node);
  const OpRow* row_of(const std::string& op) const;  // nullptr: unknown, and may not stay as it is
  // What cannot be lowered stays as it is, if it may.
  Values lower_row(const OpRow& row, const proto::NodeDef& node, Values inputs);
  Values call(Frame& frame, const proto::NodeDef& node, const proto::FunctionDef& function, Values inputs);
  const proto::FunctionDef* callee(const proto::NodeDef& node) const;
  void note(const Frame& frame, const proto::NodeDef& node, const std::string& problem);

  std::unordered_map<std::string, const proto::FunctionDef*> functions_;
  const Variables* variables_;
  GraphBuilder* builder_;
  Frame main_;
  std::vector<std::string> calls_;  // of the functions being inlined
  std::vector<std::string> problems_;
};

// Throws one Error (kUnsupported) that lists the problems, if there are any.
void report(const std::vector<std::string>& problems);

}  // namespace litewright::tf
