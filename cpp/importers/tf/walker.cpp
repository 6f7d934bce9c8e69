#include "importers/tf/walker.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "core/error.h"
#include "importers/proto/tensorflow.pb.h"
#include "importers/tf/foreign.h"
#include "importers/tf/gelu.h"
#include "importers/tf/type_check.h"
#include "importers/tf/variables.h"
#include "passes/passes.h"
#include "passes/rewrite.h"

namespace litewright::tf {
namespace {

constexpr size_t kMostCalls = 64;
constexpr int kMostInlined = 100'000;  // functions that call each other can grow without bound

bool changes_variable(const std::string& op) {
  return op.rfind("Assign", 0) == 0 || op.rfind("ResourceApply", 0) == 0 ||
         op.rfind("ResourceScatter", 0) == 0;
}

Value dead_value() {
  Value value;
  value.dead = true;
  return value;
}

}  // namespace

Values broken_results() {
  Value value;
  value.broken = true;
  return {value};
}

// "node", "node:1" (in a graph), "node:output:1" (in a function).
Walker::Reference Walker::parse(const std::string& text) {
  Reference reference;
  const size_t first = text.find(':');
  reference.node = text.substr(0, first);
  if (first == std::string::npos) return reference;
  const size_t second = text.find(':', first + 1);
  if (second != std::string::npos) reference.output = text.substr(first + 1, second - first - 1);
  const size_t number = second == std::string::npos ? first : second;
  const long index = std::strtol(text.c_str() + number + 1, nullptr, 10);
  if (index < 0 || index > INT32_MAX) fail(ErrorCode::kInvalidModel, "'", text, "' refers to no result");
  reference.index = static_cast<size_t>(index);
  return reference;
}

std::string Walker::key_of(const Frame& frame, const std::string& text) const {
  const Reference reference = parse(text);
  size_t index = reference.index;
  const auto node = frame.nodes->find(reference.node);
  if (!reference.output.empty() && node != frame.nodes->end()) {
    const proto::FunctionDef* function = callee(*node->second);
    if (function != nullptr && functions_.count(node->second->op()) != 0) {
      // Called by its name: the outputs are the function's own.
      const auto& outputs = function->signature().output_arg();
      for (int i = 0; i < outputs.size(); ++i) {
        if (outputs.Get(i).name() == reference.output) index += static_cast<size_t>(i);
      }
    } else {
      index += variables_->outputs().position(*node->second, reference.output);
    }
  }
  return concat(reference.node, ":", index);
}

Walker::Walker(const proto::GraphDef& graph, const Variables& variables, GraphBuilder& builder)
    : variables_(&variables), builder_(&builder) {
  for (const proto::FunctionDef& function : graph.library().function())
    functions_.emplace(function.signature().name(), &function);
  auto nodes = std::make_shared<Nodes>();
  for (const proto::NodeDef& node : graph.node()) nodes->emplace(node.name(), &node);
  main_.nodes = std::move(nodes);
}

void Walker::give(const std::string& reference, Value value) {
  main_.given[key_of(main_, reference)] = std::move(value);
}

Value Walker::value(const std::string& reference) { return value_in(main_, reference); }

Value Walker::value_in(Frame& frame, const std::string& reference) {
  if (frame.given.count(key_of(frame, reference)) == 0) evaluate(frame, parse(reference).node);
  return look_up(frame, reference);
}

void report(const std::vector<std::string>& problems) {
  if (problems.empty()) return;
  std::string text = concat("cannot convert ", problems.size(), problems.size() == 1 ? " node:" : " nodes:");
  for (const std::string& problem : problems) text += "\n  " + problem;
  throw Error(ErrorCode::kUnsupported, text);
}

void Walker::note(const Frame& frame, const proto::NodeDef& node, const std::string& problem) {
  const std::string text = concat("node '", frame.prefix, node.name(), "' (", node.op(), "): ", problem);
  if (std::find(problems_.begin(), problems_.end(), text) == problems_.end()) problems_.push_back(text);
}

// Depth first, without recursion: graphs are as deep as they are long.
void Walker::evaluate(Frame& frame, const std::string& wanted) {
  enum class State { kEntered, kDone };
  std::unordered_map<std::string, State> states;
  std::vector<std::string> stack = {wanted};
  while (!stack.empty()) {
    const std::string name = stack.back();
    if (frame.results.count(name) != 0) {
      stack.pop_back();
      continue;
    }
    const auto found = frame.nodes->find(name);
    if (found == frame.nodes->end())
      fail(ErrorCode::kInvalidModel, "the graph refers to the node '", frame.prefix, name,
           "', which it has not");
    const proto::NodeDef& node = *found->second;
    const bool entered = !states.emplace(name, State::kEntered).second;
    if (entered) {
      frame.results.emplace(name, lower(frame, node));
      stack.pop_back();
      continue;
    }
    for (const std::string& input : operands(frame, node)) {
      const std::string from = parse(input).node;
      if (frame.given.count(key_of(frame, input)) != 0 || frame.results.count(from) != 0) continue;
      if (states.count(from) != 0)
        fail(ErrorCode::kInvalidModel, "the node '", frame.prefix, name, "' depends on itself");
      stack.push_back(from);
    }
  }
}

Value Walker::look_up(const Frame& frame, const std::string& reference) const {
  const std::string key = key_of(frame, reference);
  const auto given = frame.given.find(key);
  if (given != frame.given.end()) return given->second;
  const Reference parsed = parse(key);
  const Values& results = frame.results.at(parsed.node);
  if (!results.empty() && (results[0].broken || (results[0].dead && results.size() == 1))) return results[0];
  if (parsed.index >= results.size())
    fail(ErrorCode::kInvalidModel, "'", frame.prefix, reference, "' refers to a result that does not exist");
  return results[parsed.index];
}

const proto::FunctionDef* Walker::callee(const proto::NodeDef& node) const {
  std::string name = node.op();
  if (name == "PartitionedCall" || name == "StatefulPartitionedCall") {
    const auto f = node.attr().find("f");
    if (f == node.attr().end()) return nullptr;
    name = f->second.func().name();
  }
  const auto found = functions_.find(name);
  return found == functions_.end() ? nullptr : found->second;
}

const proto::FunctionDef& Walker::function_named(const std::string& name) const {
  const auto found = functions_.find(name);
  if (found == functions_.end()) fail(ErrorCode::kInvalidModel, "the function '", name, "' is missing");
  return *found->second;
}

Values Walker::lower(Frame& frame, const proto::NodeDef& node) {
  Values inputs;
  bool broken = false;
  for (const std::string& input : operands(frame, node)) {
    inputs.push_back(look_up(frame, input));
    broken = broken || inputs.back().broken;
  }
  const std::string name = frame.prefix + node.name();
  if (const proto::FunctionDef* function = callee(node)) {
    const bool named = node.name().find("PartitionedCall") == std::string::npos;
    return call(named ? name + "/" : frame.prefix, name, *function, std::move(inputs));
  }
  const bool dead = std::any_of(inputs.begin(), inputs.end(), [](const Value& value) { return value.dead; });
  const bool control = is_control(frame, node);
  if (dead && (control || (node.op() != "Merge" && node.op() != "RefMerge"))) return {dead_value()};
  const OpRow* row = row_of(node.op());
  if (control) {
    if (broken) return broken_results();
  } else if (row == nullptr) {
    note(frame, node,
         "there is no rule for this operator; express it in others, or keep it with allow_custom_ops");
    return broken_results();
  } else if (row->lower == nullptr) {
    note(frame, node, row->reason);
    return broken_results();
  } else if (broken) {
    return broken_results();
  }
  builder_->set_layer(name);
  try {
    return with_context([&] { return concat("node '", name, "' (", node.op(), ")"); },
                        [&] {
                          if (control) return lower_control(frame, node, inputs);
                          if (const auto gelu = lower_gelu(frame, node)) return *gelu;
                          return lower_row(*row, node, std::move(inputs));
                        });
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kUnsupported) throw;
    if (std::find(problems_.begin(), problems_.end(), error.what()) == problems_.end())
      problems_.push_back(error.what());
  }
  return broken_results();
}

std::optional<Values> Walker::lower_gelu(const Frame& frame, const proto::NodeDef& node) {
  if (node.op() != "Mul") return std::nullopt;
  const NodeLookup lookup = {
      [&](const std::string& reference) -> const proto::NodeDef* { return node_at(frame, reference); },
      [&](const std::string& reference) -> std::optional<double> {
        const Value value = look_up(frame, reference);
        if (value.id == kNoTensor) return std::nullopt;
        const auto floats = float_values(builder_->tensor(value.id));
        return floats && floats->size() == 1 ? std::optional<double>(floats->front()) : std::nullopt;
      }};
  const std::optional<Gelu> gelu = find_gelu(node, lookup);
  if (!gelu) return std::nullopt;
  const TensorId x = look_up(frame, gelu->x).id;
  if (x == kNoTensor || builder_->dtype(x) != DType::kFloat32) return std::nullopt;
  return Values{builder_->add(BuiltinOp::kGelu, {x}, GeluOptions{gelu->approximate})};
}

const OpRow* Walker::row_of(const std::string& op) const {
  static constexpr OpRow kForeign = {"", lower_foreign};
  const OpRow* row = find_row(op);
  const bool known = row != nullptr && row->lower != nullptr;
  return !known && may_stay_foreign(variables_->foreign(), op) ? &kForeign : row;
}

Values Walker::lower_row(const OpRow& row, const proto::NodeDef& node, Values inputs) {
  Subgraph& subgraph = builder_->subgraph();
  const size_t first = subgraph.operators.size();
  const auto first_tensor = static_cast<TensorId>(subgraph.tensors.size());
  Node context(*builder_, node, std::move(inputs), *variables_);
  try {
    Values results = row.lower(context);
    for (size_t i = 0; i < results.size(); ++i) {  // results are called what the node is called
      if (results[i].id >= first_tensor)
        builder_->tensor(results[i].id).name = i == 0 ? builder_->layer() : concat(builder_->layer(), ":", i);
    }
    for (size_t i = first; i < subgraph.operators.size();)
      i += fold_operator(subgraph, static_cast<int>(i)) ? 0 : 1;
    for (size_t i = first; i < subgraph.operators.size(); ++i) check_types(subgraph, subgraph.operators[i]);
    return results;
  } catch (const Error& error) {
    const bool foreign = row.lower != lower_foreign && may_stay_foreign(variables_->foreign(), node.op());
    if (error.code() != ErrorCode::kUnsupported || !foreign) throw;
  }
  subgraph.operators.resize(first);
  return lower_foreign(context);
}

std::optional<Values> Walker::lower_marked(const std::string& caller, const proto::FunctionDef& function,
                                           const Values& inputs) {
  const auto mark = function.attr().find("_implements");
  if (mark == function.attr().end() || mark->second.s() != "non_max_suppression_padded_v2")
    return std::nullopt;
  constexpr size_t kOperands = 5;  // boxes, scores, most, overlap, least score; then hints
  constexpr size_t kRanks[kOperands] = {2, 1, 0, 0, 0};
  if (inputs.size() < kOperands || function.signature().output_arg_size() != 2) return std::nullopt;
  for (size_t i = 0; i < kOperands; ++i) {
    const bool fits = inputs[i].id != kNoTensor && builder_->tensor(inputs[i].id).has_rank &&
                      builder_->shape(inputs[i].id).size() == kRanks[i];
    if (!fits) return std::nullopt;
  }
  proto::NodeDef node;
  node.set_name(caller);
  node.set_op("NonMaxSuppressionV4");
  (*node.mutable_attr())["pad_to_max_output_size"].set_b(true);
  builder_->set_layer(caller);
  return lower_row(*find_row(node.op()), node, Values(inputs.begin(), inputs.begin() + kOperands));
}

Values Walker::call(const std::string& prefix, const std::string& caller, const proto::FunctionDef& function,
                    Values inputs) {
  const proto::OpDef& signature = function.signature();
  const std::string& name = signature.name();
  if (std::find(calls_.begin(), calls_.end(), name) != calls_.end())
    fail(ErrorCode::kInvalidModel, "the function '", name, "' calls itself");
  if (auto results = lower_marked(caller, function, inputs)) return *results;
  if (++inlined_ > kMostInlined) fail(ErrorCode::kInvalidModel, "its functions call each other too often");
  if (calls_.size() >= kMostCalls) fail(ErrorCode::kInvalidModel, "functions call each other too deeply");
  if (static_cast<int>(inputs.size()) != signature.input_arg_size()) {
    fail(ErrorCode::kInvalidModel, "node '", caller, "' calls '", name, "' with ", inputs.size(),
         " operands instead of ", signature.input_arg_size());
  }
  Frame inner;
  inner.prefix = prefix;
  auto nodes = std::make_shared<Nodes>();
  for (const proto::NodeDef& body : function.node_def()) {
    nodes->emplace(body.name(), &body);
    if (changes_variable(body.op())) {
      note(inner, body,
           "the model changes a variable while it runs; save a function that does not (training=False)");
    }
  }
  inner.nodes = std::move(nodes);
  for (size_t i = 0; i < inputs.size(); ++i)
    inner.given[signature.input_arg(static_cast<int>(i)).name() + ":0"] = inputs[i];
  for (const auto& [name, reference] : function.ret()) inner.roots.push_back(reference);
  calls_.push_back(name);
  Values results;
  for (const auto& output : signature.output_arg()) {
    const auto found = function.ret().find(output.name());
    if (found == function.ret().end())
      fail(ErrorCode::kInvalidModel, "the function '", name, "' does not say what '", output.name(), "' is");
    results.push_back(value_in(inner, found->second));
  }
  calls_.pop_back();
  return results;
}

}  // namespace litewright::tf
