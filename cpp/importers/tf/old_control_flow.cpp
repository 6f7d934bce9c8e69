// Loops and branches as TensorFlow 1 writes them, as nodes between others. A branch: values pass a Switch on
// one of two ways, which meet in a Merge. A loop: Enter -> Merge -> Switch -> NextIteration -> Merge, and on
// the Switch's other way -> Exit; LoopCond tells the Switches how to go.
#include <algorithm>
#include <utility>

#include "core/error.h"
#include "importers/proto/tensorflow.pb.h"
#include "importers/tf/subgraphs.h"

namespace litewright::tf {
namespace {

constexpr int kMostSteps = 1000;

bool is_either(const proto::NodeDef* node, const char* op, const char* of_references) {
  return node != nullptr && (node->op() == op || node->op() == of_references);
}
bool is_switch(const proto::NodeDef* node) { return is_either(node, "Switch", "RefSwitch"); }
bool is_merge(const proto::NodeDef* node) { return is_either(node, "Merge", "RefMerge"); }
bool is_exit(const proto::NodeDef* node) { return is_either(node, "Exit", "RefExit"); }
bool is_enter(const proto::NodeDef* node) { return is_either(node, "Enter", "RefEnter"); }
bool is_next(const proto::NodeDef* node) { return is_either(node, "NextIteration", "RefNextIteration"); }

bool is_control_edge(const std::string& input) { return input.empty() || input[0] == '^'; }

void add_once(std::vector<std::string>& all, const std::string& one) {
  if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
}

}  // namespace

const proto::NodeDef* Walker::node_at(const Frame& frame, const std::string& reference) const {
  const auto found = frame.nodes->find(parse(reference).node);
  return found == frame.nodes->end() ? nullptr : found->second;
}

// Where a reference leads to through nodes that pass their operand on.
std::string Walker::origin(const Frame& frame, std::string reference) const {
  for (int steps = 0; steps < kMostSteps && frame.given.count(key_of(frame, reference)) == 0; ++steps) {
    const proto::NodeDef* node = node_at(frame, reference);
    if (node == nullptr || node->op() != "Identity" || node->input_size() == 0) break;
    reference = node->input(0);
  }
  return key_of(frame, reference);
}

std::vector<const proto::NodeDef*> Walker::nodes_in_order(const Frame& frame) const {
  std::vector<const proto::NodeDef*> nodes;
  for (const auto& [name, node] : *frame.nodes) nodes.push_back(node);
  std::sort(nodes.begin(), nodes.end(), [](const auto* a, const auto* b) { return a->name() < b->name(); });
  return nodes;
}

bool Walker::is_loop_merge(const Frame& frame, const proto::NodeDef& node) const {
  return is_merge(&node) && std::any_of(node.input().begin(), node.input().end(),
                                        [&](const auto& input) { return is_next(node_at(frame, input)); });
}

// The nodes that `references` need, whichever way is taken.
std::set<std::string> Walker::behind(const Frame& frame, std::vector<std::string> references) const {
  std::set<std::string> seen;
  while (!references.empty()) {
    const std::string reference = references.back();
    references.pop_back();
    const proto::NodeDef* node = node_at(frame, reference);
    if (node == nullptr || frame.given.count(key_of(frame, reference)) != 0) continue;
    if (!seen.insert(node->name()).second) continue;
    for (const std::string& input : node->input()) {
      if (!is_control_edge(input)) references.push_back(input);
    }
  }
  return seen;
}

// Follows one input of a Merge back to the Switches that lead to it, through branches and loops inside.
// Returns which way (0, 1) they take; -1: no Switch leads to it; nothing: they do not agree.
std::optional<int> Walker::way_to(const Frame& frame, const std::string& input, Choice& choice) const {
  struct Step {
    std::string reference;
    int depth;      // of the branches inside the one that ends in the Merge
    bool captured;  // false: it is followed to find a Switch only
  };
  std::vector<Step> open = {{input, 0, true}};
  std::set<std::tuple<std::string, int, bool>> seen;
  int way = -1;
  while (!open.empty()) {
    const Step step = open.back();
    open.pop_back();
    const std::string key = key_of(frame, step.reference);
    if (step.depth < 0 || !seen.emplace(key, step.depth, step.captured).second) continue;
    const proto::NodeDef* node = node_at(frame, step.reference);
    if (frame.given.count(key) != 0) {
      if (step.captured) add_once(choice.captured, key);
    } else if (is_switch(node) && node->input_size() >= 2 && step.depth == 0) {
      const int taken = key.back() == '1' ? 1 : 0;
      if (way >= 0 && way != taken) return std::nullopt;
      way = taken;
      const std::string condition = origin(frame, node->input(1));
      if (!choice.condition.empty() && choice.condition != condition) return std::nullopt;
      choice.condition = condition;
      if (step.captured) choice.switches.emplace(node->name(), node->input(0));
    } else if (is_exit(node)) {
      for (const std::string& entry : entries_of_loop(loop_of(frame, *node)))
        open.push_back({entry, step.depth, step.captured});
    } else if (node != nullptr) {
      const int depth = step.depth + (is_switch(node) ? -1 : is_merge(node) ? 1 : 0);
      const bool leaf = std::all_of(node->input().begin(), node->input().end(), is_control_edge);
      for (const std::string& next : node->input()) {
        if (!is_control_edge(next)) open.push_back({next, depth, step.captured});
        if (leaf && next.size() > 1) open.push_back({next.substr(1), depth, false});
      }
    }
  }
  return way;
}

// What decides at this Merge; nothing if that cannot be told.
std::optional<Walker::Choice> Walker::choice_of(const Frame& frame, const proto::NodeDef& merge) const {
  if (!is_merge(&merge) || merge.input_size() < 2 || is_control_edge(merge.input(1))) return std::nullopt;
  if ((merge.input_size() > 2 && !is_control_edge(merge.input(2))) || is_loop_merge(frame, merge))
    return std::nullopt;
  Choice choice;
  const std::optional<int> ways[2] = {way_to(frame, merge.input(0), choice),
                                      way_to(frame, merge.input(1), choice)};
  if (!ways[0] || !ways[1] || choice.condition.empty() || *ways[0] == *ways[1]) return std::nullopt;
  choice.members = {{merge.name(), *ways[0] == 1 || *ways[1] == 0 ? 0 : 1}};
  return choice;
}

// The choice of this Merge and of all that it makes at the same time; nullptr if there is none.
const Walker::Choice* Walker::whole_choice(Frame& frame, const proto::NodeDef& merge) {
  if (!is_merge(&merge)) return nullptr;
  const auto known = frame.choices.find(merge.name());
  if (known != frame.choices.end()) return known->second.get();
  const std::optional<Choice> first = choice_of(frame, merge);
  if (!first) return (frame.choices[merge.name()] = nullptr).get();
  auto whole = std::make_shared<Choice>(*first);
  const std::set<std::string> needed = behind(frame, frame.roots);
  for (const proto::NodeDef* node : nodes_in_order(frame)) {
    if (node == &merge || needed.count(node->name()) == 0 || frame.choices.count(node->name()) != 0) continue;
    const std::optional<Choice> other = choice_of(frame, *node);
    if (!other || other->condition != whole->condition || !independent(frame, *whole, *other)) continue;
    whole->members.push_back(other->members[0]);
    whole->switches.insert(other->switches.begin(), other->switches.end());
    for (const std::string& reference : other->captured) add_once(whole->captured, reference);
  }
  for (const auto& [name, way] : whole->members) frame.choices[name] = whole;
  return whole.get();
}

// Whether neither needs what the other gives.
bool Walker::independent(const Frame& frame, const Choice& a, const Choice& b) const {
  const auto needs = [&](const Choice& one, const Choice& other) {
    std::vector<std::string> references = {one.condition};
    for (const auto& [name, data] : one.switches) references.push_back(data);
    const std::set<std::string> nodes = behind(frame, references);
    return std::any_of(other.members.begin(), other.members.end(),
                       [&](const auto& member) { return nodes.count(member.first) != 0; });
  };
  return !needs(a, b) && !needs(b, a);
}

Walker::OldLoop Walker::loop_of(const Frame& frame, const proto::NodeDef& exit) const {
  const auto broken = [&]() {
    fail(ErrorCode::kInvalidModel, "the loop that ends in '", frame.prefix, exit.name(), "' is not whole");
  };
  const auto input = [&](const proto::NodeDef* node, int i) {
    if (node == nullptr || node->input_size() <= i) broken();
    return node_at(frame, node->input(i));
  };
  const proto::NodeDef* way_out = input(&exit, 0);
  const proto::NodeDef* goes_on = input(way_out, 1);
  if (!is_switch(way_out) || goes_on == nullptr || goes_on->op() != "LoopCond") broken();
  OldLoop loop;
  loop.name = goes_on->name();
  if (goes_on->input_size() == 0) broken();
  loop.condition = goes_on->input(0);
  std::string frame_name;
  for (const proto::NodeDef* node : nodes_in_order(frame)) {
    if (!is_switch(node) || node->input_size() < 2 || node_at(frame, node->input(1)) != goes_on) continue;
    const proto::NodeDef* merge = input(node, 0);
    const proto::NodeDef *enter = input(merge, 0), *next = input(merge, 1);
    if (is_next(enter)) std::swap(enter, next);
    if (!is_merge(merge) || !is_enter(enter) || !is_next(next) || next->input_size() == 0) broken();
    loop.variables.push_back({enter, merge, node, next->input(0)});
    frame_name = enter->attr().count("frame_name") == 0 ? "" : enter->attr().at("frame_name").s();
  }
  for (const proto::NodeDef* node : nodes_in_order(frame)) {
    if (!is_enter(node) || node->attr().count("frame_name") == 0 || node->input_size() == 0) continue;
    const bool varies = std::any_of(loop.variables.begin(), loop.variables.end(),
                                    [&](const auto& variable) { return variable.enter == node; });
    if (!varies && node->attr().at("frame_name").s() == frame_name) loop.invariants.push_back(node);
  }
  return loop;
}

std::vector<std::string> Walker::entries_of_loop(const OldLoop& loop) const {
  std::vector<std::string> references;
  for (const OldLoop::Variable& variable : loop.variables) references.push_back(variable.enter->input(0));
  for (const proto::NodeDef* enter : loop.invariants) references.push_back(enter->input(0));
  return references;
}

std::vector<std::string> Walker::operands(Frame& frame, const proto::NodeDef& node) {
  std::vector<std::string> references;
  if (is_exit(&node)) return entries_of_loop(loop_of(frame, node));
  if (const Choice* choice = whole_choice(frame, node)) {
    references = {choice->condition};
    for (const std::string& reference : choice->captured) references.push_back(reference);
    for (const auto& [name, data] : choice->switches) references.push_back(data);
    return references;
  }
  for (const std::string& input : node.input()) {
    if (!is_control_edge(input)) references.push_back(input);
  }
  return references;
}

// A frame of the same nodes for a part that becomes a subgraph: only what is no tensor comes along.
Walker::Frame Walker::part_of(const Frame& frame, std::vector<std::string> roots) const {
  Frame part;
  part.nodes = frame.nodes;
  part.prefix = frame.prefix;
  part.roots = std::move(roots);
  for (const auto& [key, value] : frame.given) {
    if (value.id == kNoTensor && !value.list) part.given.emplace(key, value);
  }
  return part;
}

Values Walker::lower_merge(Frame& frame, const proto::NodeDef& merge, const Values& inputs) {
  const Choice choice = *whole_choice(frame, merge);
  const auto branch = [&](bool taken) -> Branch {
    return [this, &frame, &choice, taken](const Values& arguments) {
      std::vector<std::string> wanted;
      for (const auto& [name, if_true] : choice.members)
        wanted.push_back(frame.nodes->at(name)->input(taken ? if_true : 1 - if_true));
      Frame part = part_of(frame, wanted);
      size_t next = 0;
      for (const std::string& key : choice.captured) part.given[key] = arguments[next++];
      for (const auto& [name, data] : choice.switches)
        part.given[name + (taken ? ":1" : ":0")] = arguments[next++];
      Values results;
      for (const std::string& reference : wanted) results.push_back(value_in(part, reference));
      return results;
    };
  };
  if (inputs[0].id == kNoTensor) fail(ErrorCode::kInvalidModel, "its condition is no tensor");
  const Values results = choose(frame.prefix + merge.name(), inputs[0].id, branch(true), branch(false),
                                Values(inputs.begin() + 1, inputs.end()));
  Values own = broken_results();
  for (size_t i = 0; i < choice.members.size(); ++i) {
    const Values value = results[0].broken ? broken_results() : Values{results[i]};
    if (choice.members[i].first == merge.name()) {
      own = value;
    } else {
      frame.results.emplace(choice.members[i].first, value);
    }
  }
  return own;
}

Values Walker::lower_exit(Frame& frame, const proto::NodeDef& exit, const Values& inputs) {
  const OldLoop loop = loop_of(frame, exit);
  std::vector<std::string> wanted;
  std::vector<bool> same;
  for (const OldLoop::Variable& variable : loop.variables) {
    wanted.push_back(variable.next);
    same.push_back(origin(frame, variable.next) == variable.way->name() + ":1");
  }
  same.resize(inputs.size(), true);
  const auto part = [&](const Values& arguments, const std::vector<std::string>& roots) {
    Frame inner = part_of(frame, roots);
    for (size_t i = 0; i < arguments.size(); ++i) {
      const bool varies = i < loop.variables.size();
      const proto::NodeDef* source =
          varies ? loop.variables[i].merge : loop.invariants[i - loop.variables.size()];
      inner.given[source->name() + ":0"] = arguments[i];
      if (varies) inner.given[loop.variables[i].way->name() + ":1"] = arguments[i];
    }
    return inner;
  };
  const Branch goes_on = [&](const Values& arguments) {
    Frame inner = part(arguments, {loop.condition});
    return Values{value_in(inner, loop.condition)};
  };
  const Branch body = [&](const Values& arguments) {
    Frame inner = part(arguments, wanted);
    Values results;
    for (const std::string& reference : wanted) results.push_back(value_in(inner, reference));
    results.insert(results.end(), arguments.begin() + static_cast<long>(wanted.size()), arguments.end());
    return results;
  };
  const Values results = write_while(frame.prefix + loop.name, inputs, same, goes_on, body);
  Values own = broken_results();
  for (const proto::NodeDef* node : nodes_in_order(frame)) {
    if (!is_exit(node) || node->input_size() == 0) continue;
    for (size_t i = 0; i < loop.variables.size(); ++i) {
      if (node_at(frame, node->input(0)) != loop.variables[i].way) continue;
      const Values value = results[0].broken ? broken_results() : Values{results[i]};
      if (node == &exit) {
        own = value;
      } else {
        frame.results.emplace(node->name(), value);
      }
    }
  }
  return own;
}

}  // namespace litewright::tf
