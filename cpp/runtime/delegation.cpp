#include "runtime/delegation.h"

#include <algorithm>
#include <map>

#include "ops/subgraph_call.h"
#include "runtime/graph_view.h"
#include "runtime/partition.h"

namespace litewright {
namespace {

using Warn = std::function<void(const std::string&)>;

// A partition on its delegate. One interpreter's; runs in one thread at a time.
class DelegatedPart {
 public:
  DelegatedPart(const lw_delegate& delegate, std::string name, int subgraph, Warn warn)
      : delegate_(&delegate), name_(std::move(name)), subgraph_(subgraph), warn_(std::move(warn)) {}
  ~DelegatedPart() { release(); }
  DelegatedPart(const DelegatedPart&) = delete;
  DelegatedPart& operator=(const DelegatedPart&) = delete;

  void infer(InferContext& c) const {
    SubgraphExecutor& cpu = *c.subgraph(subgraph_);
    check_call(c, cpu, 0, true);
    std::vector<Shape> shapes;
    for (int i = 0; i < c.num_inputs(); ++i) shapes.push_back(c.input_shape(i));
    set_call_outputs(c, infer_call(cpu, shapes));
  }

  void compile(PrepareContext& c) {
    SubgraphExecutor& cpu = *c.subgraph(subgraph_);
    std::vector<Shape> shapes;
    for (int i = 0; i < c.num_inputs(); ++i) shapes.push_back(c.input_shape(i));
    if (on_cpu_ || (compiled_ != nullptr && shapes == shapes_)) return;
    release();
    const std::vector<bool> open = outputs_at_run(c);
    if (std::find(open.begin(), open.end(), true) != open.end())
      return give_back("its results have no fixed shapes");
    shapes_ = shapes;
    const GraphView view(cpu.subgraph(), [&](TensorId id) { return cpu.slot(id).shape; });
    lw_error error{};
    const lw_status status = delegate_->compile(delegate_->context, view.get(), &compiled_, &error);
    if (status != LW_OK) give_back(reason(status, error));
  }

  Status run(RunContext& c, const std::vector<bool>& open) {
    if (!on_cpu_) {
      std::vector<const void*> inputs;
      std::vector<void*> outputs;
      for (int i = 0; i < c.num_inputs(); ++i) inputs.push_back(c.in<void>(i));
      for (int i = 0; i < c.num_outputs(); ++i) outputs.push_back(c.out<void>(i));
      lw_error error{};
      const lw_status status =
          delegate_->run(delegate_->context, compiled_, inputs.data(), outputs.data(), &error);
      if (status == LW_OK) return {};
      give_back(reason(status, error));
    }
    return run_on_cpu(c, open);
  }

 private:
  static std::string reason(lw_status status, const lw_error& error) {
    return error.message[0] != 0 ? std::string(error.message) : concat("status ", int{status});
  }
  void give_back(const std::string& why) {
    on_cpu_ = true;
    release();
    if (warn_) warn_(concat(name_, " is computed on the CPU from now on: ", why));
  }
  void release() {
    if (compiled_ != nullptr && delegate_->release != nullptr)
      delegate_->release(delegate_->context, compiled_);
    compiled_ = nullptr;
  }
  Status run_on_cpu(RunContext& c, const std::vector<bool>& open) {
    SubgraphExecutor& cpu = *c.subgraph(subgraph_);
    std::vector<ValueView> values;
    for (int i = 0; i < c.num_inputs(); ++i) values.push_back(view_of(c.input(i)));
    bind_inputs(cpu, values);
    cpu.run();
    for (int i = 0; i < c.num_outputs(); ++i) {
      const Slot& result = cpu.slot(cpu.subgraph().outputs[i]);
      const Status status = copy_out(c, i, open[i], view_of(result));
      if (!status.ok()) return status;
    }
    return {};
  }

  const lw_delegate* delegate_;
  std::string name_;
  int subgraph_;
  Warn warn_;
  bool on_cpu_ = false;
  void* compiled_ = nullptr;
  std::vector<Shape> shapes_;  // of the inputs it was compiled for
};

class Delegation : public GraphRewrite {
 public:
  Delegation(const Graph& graph, const std::vector<const lw_delegate*>& delegates, Warn warn)
      : graph_(graph), warn_(std::move(warn)) {
    const size_t count = graph_.subgraphs.size();
    for (const lw_delegate* delegate : delegates) {
      for (size_t i = 0; i < count; ++i) take_over(i, *delegate);
    }
  }

  const Graph& graph() const override { return graph_; }
  const CustomOpDef* find_op(const std::string& name) const override {
    const auto found = ops_.find(name);
    return found == ops_.end() ? nullptr : &found->second;
  }

 private:
  // Operands that a delegate cannot be handed: memory that moves or outlives a run, elements stored in other
  // ways.
  bool can_be_delegated(const Subgraph& subgraph, const Operator& op) const {
    if (!op.intermediates.empty() || op.outputs.empty() || find_op(op.display_name()) != nullptr)
      return false;
    const auto plain = [&](TensorId id) {
      if (id == kNoTensor) return true;
      const Tensor& tensor = subgraph.tensors[id];
      return !tensor.is_variable && !tensor.sparsity.present() && dtype_bits(tensor.dtype) >= 8 &&
             tensor.dtype != DType::kResource && tensor.quantization.block_size == 0;
    };
    return std::all_of(op.inputs.begin(), op.inputs.end(), plain) &&
           std::none_of(op.outputs.begin(), op.outputs.end(), [&](TensorId id) { return id == kNoTensor; }) &&
           std::all_of(op.outputs.begin(), op.outputs.end(), plain);
  }

  std::vector<uint8_t> claims(const Subgraph& subgraph, const lw_delegate& delegate) const {
    std::vector<uint8_t> claimed(subgraph.operators.size(), 0);
    const GraphView view(subgraph);
    const lw_status status = delegate.claim(delegate.context, view.get(), claimed.data());
    if (status != LW_OK) {
      if (warn_)
        warn_(concat(delegate.name, " takes over nothing of '", subgraph.name, "': status ", int{status}));
      return std::vector<uint8_t>(claimed.size(), 0);
    }
    for (size_t i = 0; i < claimed.size(); ++i) {
      if (claimed[i] && !can_be_delegated(subgraph, subgraph.operators[i])) claimed[i] = 0;
    }
    return claimed;
  }

  void take_over(size_t index, const lw_delegate& delegate) {
    const std::vector<uint8_t> claimed = claims(graph_.subgraphs[index], delegate);
    if (std::find(claimed.begin(), claimed.end(), 1) == claimed.end()) return;
    std::vector<Operator> operators;
    for (const std::vector<size_t>& group : group_operators(graph_.subgraphs[index], claimed)) {
      const bool stays = claimed[group.front()] == 0;
      operators.push_back(stays ? graph_.subgraphs[index].operators[group.front()]
                                : add_part(graph_.subgraphs[index], group, delegate));
    }
    graph_.subgraphs[index].operators = std::move(operators);
    for (Subgraph& part : added_) graph_.subgraphs.push_back(std::move(part));
    added_.clear();
  }

  // Puts the group's operators into a subgraph of their own and returns the operator that stands for them.
  Operator add_part(const Subgraph& subgraph, const std::vector<size_t>& group, const lw_delegate& delegate) {
    const int number = static_cast<int>(graph_.subgraphs.size() + added_.size());
    const std::string name = concat(kDelegateOp, delegate.name, " part ", ops_.size());
    Part part = cut_out(subgraph, group);
    part.subgraph.name = name;
    auto state = std::make_shared<DelegatedPart>(delegate, name, number, warn_);
    CustomOpDef& def = ops_[name];
    def.name = name;
    def.infer = [state](InferContext& c) { state->infer(c); };
    def.prepare = [state](PrepareContext& c) -> Kernel {
      state->compile(c);
      return [state, open = outputs_at_run(c)](RunContext& run) { return state->run(run, open); };
    };
    Operator op;
    op.code = BuiltinOp::kCustom;
    op.custom_code = name;
    op.version = 1;
    op.inputs = std::move(part.outer_inputs);
    op.outputs = std::move(part.outer_outputs);
    added_.push_back(std::move(part.subgraph));
    return op;
  }

  Graph graph_;
  Warn warn_;
  std::vector<Subgraph> added_;  // until take_over puts them into the graph
  std::map<std::string, CustomOpDef> ops_;
};

}  // namespace

void check_delegate(const lw_delegate* delegate) {
  if (delegate == nullptr || delegate->size < sizeof(lw_delegate)) {
    fail(ErrorCode::kInvalidArgument, "the delegate has no size; set it to sizeof the struct");
  }
  if (delegate->name == nullptr || delegate->claim == nullptr || delegate->compile == nullptr ||
      delegate->run == nullptr) {
    fail(ErrorCode::kInvalidArgument, "the delegate lacks a name, claim, compile or run");
  }
}

std::shared_ptr<const GraphRewrite> delegate_graph(const Graph& graph,
                                                   const std::vector<const lw_delegate*>& delegates,
                                                   const Warn& warn) {
  return std::make_shared<Delegation>(graph, delegates, warn);
}

}  // namespace litewright
