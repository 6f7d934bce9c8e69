// How control flow runs other subgraphs.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "ops/op_def.h"
#include "runtime/aligned_buffer.h"
#include "runtime/subgraph_executor.h"

namespace litewright {

// A tensor's content on its way from one subgraph to another.
class CarriedValue {
 public:
  void assign(const Slot& slot);
  const Shape& shape() const { return shape_; }
  const uint8_t* data() const { return data_.data(); }
  size_t bytes() const { return bytes_; }

 private:
  Shape shape_;
  AlignedBuffer data_;
  size_t bytes_ = 0;
};

// A look at a value: an operand, or a carried one.
struct ValueView {
  const Shape* shape;
  const uint8_t* data;
  size_t bytes;
};
inline ValueView view_of(const Slot& slot) { return {&slot.shape, slot.data, slot.bytes}; }
inline ValueView view_of(const CarriedValue& value) { return {&value.shape(), value.data(), value.bytes()}; }

// Checks that `callee` takes the operands from `first` on, by number and type, and, with `outputs`, gives the
// operator's results.
void check_call(const NodeContext& c, const SubgraphExecutor& callee, int first, bool outputs);

// The shapes of the callee's results for inputs of these shapes; nothing where only a run can tell.
std::vector<std::optional<Shape>> infer_call(SubgraphExecutor& callee, const std::vector<Shape>& inputs);

// Sets the inputs `which` (all if empty) and makes the callee ready to run. Returns whether the callee's
// memory was laid out anew, so that inputs set earlier are lost.
bool bind_inputs(SubgraphExecutor& callee, std::span<const ValueView> values,
                 const std::vector<bool>& which = {});

// The results of an operator that calls subgraphs: known shapes are set, others are left to the run. Empty:
// all are.
void set_call_outputs(InferContext& c, const std::vector<std::optional<Shape>>& shapes);
// Which results were left to the run, for copy_out().
std::vector<bool> outputs_at_run(const PrepareContext& c);
Status copy_out(RunContext& c, int output, bool at_run, const ValueView& value);

}  // namespace litewright
