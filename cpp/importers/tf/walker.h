// Walks a TensorFlow graph from the results that are wanted, and lowers each node once.
#pragma once

#include <functional>
#include <map>
#include <memory>
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

  // These references of the graph will be asked for.
  void want(const std::vector<std::string>& references) { main_.roots = references; }
  // `reference`, such as "StatefulPartitionedCall:1", has this value.
  void give(const std::string& reference, Value value);
  // The value of a reference in the graph.
  Value value(const std::string& reference);
  // One line for each node that could not be converted.
  const std::vector<std::string>& problems() const { return problems_; }

 private:
  using Nodes = std::unordered_map<std::string, const proto::NodeDef*>;
  struct Choice;
  struct Frame {
    std::shared_ptr<const Nodes> nodes;
    std::unordered_map<std::string, Values> results;                   // by node
    std::unordered_map<std::string, Value> given;                      // by "node:number", also the arguments
    std::string prefix;                                                // of names: the calls that lead here
    std::vector<std::string> roots;                                    // the references that are wanted
    std::unordered_map<std::string, std::shared_ptr<Choice>> choices;  // by Merge; nullptr: it is none
  };
  struct Reference {
    std::string node;
    std::string output;  // the name of an output argument; "" in a graph
    size_t index = 0;
  };
  static Reference parse(const std::string& text);
  // "node:number" of a reference.
  std::string key_of(const Frame& frame, const std::string& reference) const;

  void evaluate(Frame& frame, const std::string& wanted);
  Value value_in(Frame& frame, const std::string& reference);
  Value look_up(const Frame& frame, const std::string& reference) const;
  Values lower(Frame& frame, const proto::NodeDef& node);
  // The result of a product that is all of GELU; nothing if `node` is something else.
  std::optional<Values> lower_gelu(const Frame& frame, const proto::NodeDef& node);
  const OpRow* row_of(const std::string& op) const;  // nullptr: unknown, and may not stay as it is
  // What cannot be lowered stays as it is, if it may.
  Values lower_row(const OpRow& row, const proto::NodeDef& node, Values inputs);
  Values call(const std::string& prefix, const std::string& caller, const proto::FunctionDef& function,
              Values inputs);
  // A function that TensorFlow marks as what a builtin does, as that builtin; nothing if it is no such.
  std::optional<Values> lower_marked(const std::string& caller, const proto::FunctionDef& function,
                                     const Values& inputs);
  const proto::FunctionDef* callee(const proto::NodeDef& node) const;
  const proto::FunctionDef& function_named(const std::string& name) const;

  // control_flow.cpp and loop.cpp: operators that call functions several times, or perhaps not at all.
  struct Entry;
  using Branch = std::function<Values(const Values&)>;
  bool is_control(Frame& frame, const proto::NodeDef& node);
  Values lower_control(Frame& frame, const proto::NodeDef& node, const Values& inputs);
  Values choose(const std::string& name, TensorId condition, const Branch& then, const Branch& otherwise,
                const Values& inputs);
  Values choose_case(const std::string& name, const std::vector<Branch>& branches, size_t first,
                     const Values& inputs);
  // What `branch` makes of the entries in subgraph `index`; nothing if that could not be converted.
  std::optional<Values> in_subgraph(int index, const std::string& name, const std::vector<Entry>& entries,
                                    const Branch& branch);
  Values loop(const std::string& name, const std::string& prefix, const proto::NodeDef& node,
              const Values& inputs);
  Values write_while(const std::string& name, const Values& inputs, const std::vector<bool>& same,
                     const Branch& condition, const Branch& body);
  std::vector<Entry> entries_of(const Values& inputs, const std::vector<bool>& same) const;
  bool widen(std::vector<Entry>& entries, const Values& inputs, const Values& results,
             const GraphBuilder& body) const;
  TensorId first_list(const std::vector<Entry>& entries, const Value& list, size_t i, const Subgraph& body,
                      TensorId result);
  Values write_loop(const std::string& name, int index, const std::vector<Entry>& entries,
                    const Values& inputs, const Values& goes_on, const Values& results);

  // old_control_flow.cpp: TensorFlow 1's branches and loops.
  struct Choice {
    std::string condition;                             // a reference
    std::vector<std::pair<std::string, int>> members;  // Merge, and which of its inputs is taken if true
    std::map<std::string, std::string> switches;       // Switch -> what it gets
    std::vector<std::string> captured;                 // references to arguments beside those
  };
  struct OldLoop {
    struct Variable {
      const proto::NodeDef *enter, *merge, *way;  // way: the Switch
      std::string next;                           // its value after a round
    };
    std::string name, condition;
    std::vector<Variable> variables;
    std::vector<const proto::NodeDef*> invariants;  // Enter nodes
  };
  const proto::NodeDef* node_at(const Frame& frame, const std::string& reference) const;
  std::string origin(const Frame& frame, std::string reference) const;
  std::vector<const proto::NodeDef*> nodes_in_order(const Frame& frame) const;
  bool is_loop_merge(const Frame& frame, const proto::NodeDef& node) const;
  std::set<std::string> behind(const Frame& frame, std::vector<std::string> references) const;
  std::optional<int> way_to(const Frame& frame, const std::string& input, Choice& choice) const;
  std::optional<Choice> choice_of(const Frame& frame, const proto::NodeDef& merge) const;
  const Choice* whole_choice(Frame& frame, const proto::NodeDef& merge);
  bool independent(const Frame& frame, const Choice& a, const Choice& b) const;
  OldLoop loop_of(const Frame& frame, const proto::NodeDef& exit) const;
  std::vector<std::string> entries_of_loop(const OldLoop& loop) const;
  // The references whose values must be known before the node is lowered.
  std::vector<std::string> operands(Frame& frame, const proto::NodeDef& node);
  Frame part_of(const Frame& frame, std::vector<std::string> roots) const;
  Values lower_merge(Frame& frame, const proto::NodeDef& merge, const Values& inputs);
  Values lower_exit(Frame& frame, const proto::NodeDef& exit, const Values& inputs);

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
