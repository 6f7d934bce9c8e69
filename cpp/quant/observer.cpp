#include "quant/observer.h"

namespace litewright {
Observer::Observer(Graph graph, std::unique_ptr<Statistics> statistics, int num_threads)
    : statistics_(std::move(statistics)),
      interpreter_(std::make_shared<Model>(std::move(graph)),
                   InterpreterOptions{.num_threads = num_threads, .join = false}) {
  interpreter_.set_profiler(this);
}

Observer::~Observer() = default;

void Observer::observe(TensorId id) {
  if (id == kNoTensor) return;
  const Slot& slot = interpreter_.executor().slot(id);
  if (slot.dtype != DType::kFloat32 || slot.data == nullptr || slot.tensor->is_constant) return;
  observed_[id] = true;
  statistics_->add(id, reinterpret_cast<const float*>(slot.data),
                   static_cast<int64_t>(slot.bytes / sizeof(float)));
}

void Observer::operator_ran(int subgraph, int node, int64_t) {
  if (subgraph != 0) return;
  const Operator& op = interpreter_.graph().main().operators[node];
  for (TensorId id : op.outputs) observe(id);
  // States that the operator has just written.
  for (TensorId id : op.inputs) {
    if (id != kNoTensor && interpreter_.graph().main().tensors[id].is_variable) observe(id);
  }
}

void Observer::run() {
  const Subgraph& main = interpreter_.graph().main();
  observed_.assign(main.tensors.size(), false);
  for (TensorId id : main.inputs) observe(id);
  interpreter_.invoke();
  ++samples_;
  // What allocate() computed already.
  for (const Operator& op : main.operators) {
    for (TensorId id : op.outputs) {
      if (id != kNoTensor && !observed_[id] && interpreter_.executor().slot(id).value_known) observe(id);
    }
  }
}

}  // namespace litewright
