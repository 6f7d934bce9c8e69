#include "quant/observer.h"

#include <algorithm>
#include <cmath>

namespace litewright {
namespace {

class MinMax : public Statistics {
 public:
  explicit MinMax(size_t tensors) : ranges_(tensors) {}

  void add(TensorId id, const float* values, int64_t count) override {
    Range& range = ranges_[id];
    float low = range.min, high = range.max;
    for (int64_t i = 0; i < count; ++i) {  // a comparison with NaN is false
      low = values[i] < low ? values[i] : low;
      high = values[i] > high ? values[i] : high;
    }
    range = {low, high};
  }
  Ranges ranges() const override { return ranges_; }

 private:
  Ranges ranges_;
};

}  // namespace

std::unique_ptr<Statistics> min_max_statistics(size_t tensors) { return std::make_unique<MinMax>(tensors); }

Observer::Observer(Graph graph, std::unique_ptr<Statistics> statistics, int num_threads)
    : statistics_(std::move(statistics)),
      interpreter_(std::make_shared<Model>(std::move(graph)),
                   InterpreterOptions{.num_threads = num_threads}) {
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
