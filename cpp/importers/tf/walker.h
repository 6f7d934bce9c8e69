// Walks a TensorFlow graph from the results that are wanted, and lowers each node once.
#pragma once

#include <functional>
#include <optional>
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
  // The result of a product that is all of GELU; nothing if `node` is something else.
  std::optional<Values> lower_gelu(const Frame& frame, const proto::NodeDef& node);
  const OpRow* row_of(const std::string& op) const;  // nullptr: unknown, and may not stay as it is
  // What cannot be lowered stays as it is, if it may.
  Values lower_row(const OpRow& row, const proto::NodeDef& node, Values inputs);
  Values call(const std::string& prefix, const std::string& caller, const proto::FunctionDef& function,
              Values inputs);
  const proto::FunctionDef* callee(const proto::NodeDef& node) const;
  const proto::FunctionDef& function_named(const std::string& name) const;

  // control_flow.cpp and loop.cpp: operators that call functions several times, or perhaps not at all.
  struct Entry;
  using Branch = std::function<Values(const Values&)>;
  bool is_control(const proto::NodeDef& node) const;
  Values lower_control(const Frame& frame, const proto::NodeDef& node, const Values& inputs);
  Values choose(const std::string& name, TensorId condition, const Branch& then, const Branch& otherwise,
                const Values& inputs);
  Values choose_case(const std::string& name, const std::vector<Branch>& branches, size_t first,
                     const Values& inputs);
  // What `branch` makes of the entries in subgraph `index`; nothing if that could not be converted.
  std::optional<Values> in_subgraph(int index, const std::string& name, const std::vector<Entry>& entries,
                                    const Branch& branch);
  Values loop(const std::string& name, const std::string& prefix, const proto::NodeDef& node,
              const Values& inputs);
  std::vector<Entry> entries_of(const Values& inputs, const std::vector<bool>& same) const;
  bool widen(std::vector<Entry>& entries, const Values& inputs, const Values& results,
             const GraphBuilder& body) const;
  TensorId first_list(const std::vector<Entry>& entries, const Value& list, size_t i, const Subgraph& body,
                      TensorId result);
  Values write_loop(const std::string& name, int index, const std::vector<Entry>& entries,
                    const Values& inputs, const Values& goes_on, const Values& results);

  void note(const Frame& frame, const proto::NodeDef& node, const std::string& problem);

  std::unordered_map<std::string, const proto::FunctionDef*> functions_;
  const Variables* variables_;
  GraphBuilder* builder_;
  Frame main_;
  std::vector<std::string> calls_;  // of the functions being inlined
  std::vector<std::string> problems_;
  int inlined_ = 0;  // calls so far
};

// Throws one Error (kUnsupported) that lists the problems, if there are any.
void report(const std::vector<std::string>& problems);

}  // namespace litewright::tf
