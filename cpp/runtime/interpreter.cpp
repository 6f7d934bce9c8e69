#include "runtime/interpreter.h"

#include <algorithm>

#include "core/error.h"

namespace litewright {
namespace {

// Holds the flag of an interpreter that works. Error if another thread holds it.
class Busy {
 public:
  explicit Busy(std::atomic<bool>& flag) : flag_(flag) {
    if (flag_.exchange(true, std::memory_order_acquire)) {
      fail(ErrorCode::kRuntime,
           "The interpreter is in use by another thread: an interpreter serves one thread at a time.");
    }
  }
  ~Busy() { flag_.store(false, std::memory_order_release); }
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;

 private:
  std::atomic<bool>& flag_;
};

}  // namespace

Interpreter::Interpreter(std::shared_ptr<const Model> model, InterpreterOptions options)
    : model_(std::move(model)),
      options_(std::move(options)),
      pool_(options_.num_threads),
      resources_(Usage(options_.limits, model_->graph(), options_.preserve_all)) {
  if (options_.rewrite) rewrite_ = options_.rewrite(model_->graph());
  executors_.resize(graph().subgraphs.size());
}

Interpreter::~Interpreter() = default;

SubgraphExecutor& Interpreter::executor(int subgraph) {
  if (subgraph < 0 || subgraph >= num_subgraphs()) {
    fail(ErrorCode::kOutOfRange, "Invalid subgraph index ", subgraph, " exceeds max subgraph index ",
         num_subgraphs());
  }
  std::unique_ptr<SubgraphExecutor>& executor = executors_[subgraph];
  if (!executor) {
    Environment environment;
    environment.reference = options_.reference;
    environment.isa = options_.isa;
    environment.pool = &pool_;
    environment.pack_cache = &model_->pack_cache();
    environment.resources = &resources_;
    environment.subgraph = [this](int index) { return &this->executor(index); };
    auto find_custom = [this](const std::string& name) { return find_custom_op(name); };
    executor = std::make_unique<SubgraphExecutor>(graph(), subgraph, std::move(environment), find_custom,
                                                  options_.preserve_all, options_.join);
    executor->set_profiler(profiler_);
  }
  return *executor;
}

const CustomOpDef* Interpreter::find_custom_op(const std::string& name) const {
  const CustomOpDef* own = rewrite_ ? rewrite_->find_op(name) : nullptr;
  if (own != nullptr) return own;
  const auto found = options_.custom_ops.find(name);
  return found != options_.custom_ops.end() ? &found->second : find_builtin_custom_op(name);
}

const Signature* Interpreter::find_signature(const std::string& key) const {
  for (const Signature& signature : graph().signatures) {
    if (signature.key == key) return &signature;
  }
  return nullptr;
}

void Interpreter::resize_input(TensorId id, const Shape& shape, bool strict, int subgraph) {
  SubgraphExecutor& target = executor(subgraph);
  const std::vector<TensorId>& inputs = target.subgraph().inputs;
  if (std::find(inputs.begin(), inputs.end(), id) == inputs.end()) {
    fail(ErrorCode::kRuntime, "Tensor ", id, " is not an input of the model and cannot be resized.");
  }
  if (!checked_elements(shape)) {
    fail(ErrorCode::kRuntime, "Attempting to resize tensor ", id, " to ", to_string(shape),
         ", which is not a shape.");
  }
  if (strict) {
    const Shape& declared = target.subgraph().tensors[id].shape;
    const Shape& current = target.slot(id).shape;
    if (declared.size() != shape.size()) {
      fail(ErrorCode::kRuntime, "Attempting to resize tensor ", id, " of rank ", declared.size(), " to rank ",
           shape.size(),
           ". ResizeInputTensorStrict only allows mutating unknown dimensions identified by -1.");
    }
    for (size_t d = 0; d < shape.size(); ++d) {
      if (declared[d] < 0 || declared[d] == shape[d]) continue;
      fail(ErrorCode::kRuntime, "Attempting to resize dimension ", d, " of tensor ", id, " with value ",
           current[d], " to ", shape[d],
           ". ResizeInputTensorStrict only allows mutating unknown dimensions identified by -1.");
    }
  }
  resources_.usage.check_shape(shape);
  target.resize_input(id, shape);
  resources_.usage.grow(added_elements());
}

// How many elements callers added to inputs: the most of any subgraph.
double Interpreter::added_elements() const {
  double most = 0;
  for (const auto& executor : executors_) {
    if (!executor) continue;
    double added = 0;
    for (TensorId id : executor->subgraph().inputs) {
      double declared = 1;
      for (int32_t dim : executor->subgraph().tensors[id].shape) declared *= dim < 0 ? 1 : dim;
      added += std::max(static_cast<double>(num_elements(executor->slot(id).shape)) - declared, 0.0);
    }
    most = std::max(most, added);
  }
  return most;
}

void Interpreter::allocate(int subgraph) {
  const Busy busy(busy_);
  executor(subgraph).allocate();
}

void Interpreter::invoke(int subgraph) {
  const Busy busy(busy_);
  SubgraphExecutor& target = executor(subgraph);
  if (!target.allocated()) fail(ErrorCode::kRuntime, "Invoke called on model that is not ready.");
  resources_.usage.begin_run();
  target.run();
}

MemoryUse Interpreter::memory() const {
  MemoryUse use;
  for (const auto& executor : executors_) {
    if (!executor) continue;
    use.arena += executor->arena_bytes();
    use.tensors += executor->own_bytes();
  }
  std::map<const uint8_t*, size_t> constants;  // tensors may share one
  for (const Subgraph& subgraph : graph().subgraphs) {
    for (const Tensor& tensor : subgraph.tensors) {
      if (!tensor.data.empty()) constants[tensor.data.data()] = tensor.data.size();
    }
  }
  for (const auto& [data, size] : constants) use.constants += size;
  use.packed = model_->pack_cache().bytes();
  return use;
}

void Interpreter::reset_variables() {
  for (const auto& executor : executors_) {
    if (executor) executor->reset_variables();
  }
}

void Interpreter::set_profiler(Profiler* profiler) {
  profiler_ = profiler;
  for (const auto& executor : executors_) {
    if (executor) executor->set_profiler(profiler);
  }
}

}  // namespace litewright
