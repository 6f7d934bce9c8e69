#include "runtime/subgraph_executor.h"

#include <algorithm>
#include <chrono>
#include <cstring>

#include "core/interrupt.h"
#include "core/unpack.h"
#include "ops/elementwise.h"
#include "ops/image_ranges.h"
#include "ops/linear/conv.h"
#include "runtime/memory_planner.h"
#include "runtime/resources.h"
#include "runtime/sparse.h"

namespace litewright {

struct SubgraphExecutor::Node {
  int index = 0;
  const Operator* op = nullptr;
  const OpDef* def = nullptr;  // one of the two, or neither (unresolved custom operator)
  const CustomOpDef* custom = nullptr;
  std::vector<Slot*> inputs, outputs;
  bool late = false;                    // inferred and prepared at run time
  bool empty = false;                   // its results have no elements
  bool folded = false;                  // its results were computed in allocate()
  bool joined = false;                  // done by an earlier node
  TensorId result = kNoTensor;          // of the last node that this one does, too
  std::unique_ptr<ImageRanges> ranges;  // of its result, where that is quantized next
  std::vector<size_t> scratch_bytes;
  std::vector<uint8_t*> scratch;
  AlignedBuffer late_scratch;
  Kernel kernel;
  std::unique_ptr<RunContext> context;

  bool stateful() const { return def == nullptr || def->stateful; }
  void infer(InferContext& c) const { def != nullptr ? def->infer(c) : custom->infer(c); }
  Kernel prepare(PrepareContext& c) const { return def != nullptr ? def->prepare(c) : custom->prepare(c); }
};

namespace {

// Values larger than this are folded only if they are not much larger than what they are computed from.
constexpr size_t kAlwaysFold = 1 << 20;

size_t align(size_t bytes) {
  return (bytes + AlignedBuffer::kAlignment - 1) / AlignedBuffer::kAlignment * AlignedBuffer::kAlignment;
}

void fill_variable(const Slot& slot) {
  const bool quantized = dtype_size(slot.dtype) == 1 && is_integer(slot.dtype);
  std::memset(slot.data, quantized ? static_cast<int>(slot.tensor->quantization.zero()) : 0, slot.bytes);
}

}  // namespace

SubgraphExecutor::SubgraphExecutor(const Graph& graph, int index, Environment environment,
                                   CustomOpLookup custom_ops, bool preserve_all, bool join)
    : graph_(&graph),
      subgraph_(&graph.subgraphs.at(index)),
      environment_(std::move(environment)),
      preserve_all_(preserve_all),
      uses_(join && !preserve_all ? new TensorUses(*subgraph_) : nullptr) {
  environment_.tensors = subgraph_->tensors;
  const size_t count = subgraph_->tensors.size();
  slots_.resize(count);
  storage_.assign(count, Storage::kArena);
  input_shapes_.resize(count);
  own_.resize(count);
  unpacked_.resize(count);
  for (TensorId id : subgraph_->inputs) {
    const Tensor& input = subgraph_->tensors[id];
    Shape shape = input.initial_shape.empty() ? input.shape : input.initial_shape;
    for (int32_t& dim : shape) dim = dim < 0 ? 1 : dim;
    input_shapes_[id] = std::move(shape);
  }
  for (size_t i = 0; i < subgraph_->operators.size(); ++i) {
    const Operator& op = subgraph_->operators[i];
    Node& node = nodes_.emplace_back();
    node.index = static_cast<int>(i);
    node.op = &op;
    node.def = op.code == BuiltinOp::kCustom ? nullptr : find_op(op.code);
    node.custom = op.code == BuiltinOp::kCustom && custom_ops ? custom_ops(op.custom_code) : nullptr;
    for (TensorId id : op.inputs) node.inputs.push_back(id == kNoTensor ? nullptr : &slots_[id]);
    for (TensorId id : op.outputs) node.outputs.push_back(id == kNoTensor ? nullptr : &slots_[id]);
  }
  reset_slots();
}

SubgraphExecutor::~SubgraphExecutor() = default;

size_t SubgraphExecutor::bytes_of(const Slot& slot) const {
  return static_cast<size_t>(num_elements(slot.shape)) * dtype_size(slot.dtype);
}

Usage& SubgraphExecutor::usage() { return environment_.resources->usage; }

uint8_t* SubgraphExecutor::own_memory(TensorId id, size_t bytes) {
  Slot& slot = slots_[id];
  slot.data = nullptr;
  usage().reserve(own_[id], bytes);
  slot.bytes = bytes;
  return slot.data = own_[id].data();
}

// Every slot as it is before any operator is looked at: constants and variables have values, inputs have
// shapes.
void SubgraphExecutor::reset_slots() {
  for (TensorId id = 0; id < static_cast<TensorId>(slots_.size()); ++id) {
    const Tensor& tensor = subgraph_->tensors[id];
    Slot& slot = slots_[id];
    slot.tensor = &tensor;
    slot.dtype = tensor.dtype;
    slot.shape_known = slot.value_known = false;
    slot.data = nullptr;
    slot.bytes = 0;
    slot.ranges = nullptr;
    storage_[id] = Storage::kArena;
    if (tensor.is_constant) {
      storage_[id] = Storage::kConstant;
      slot.shape = tensor.shape;
      slot.shape_known = slot.value_known = true;
      if (tensor.sparsity.present() || is_sub_byte(tensor.dtype)) {
        const size_t bytes = static_cast<size_t>(num_elements(tensor.shape)) * dtype_size(tensor.dtype);
        uint8_t* memory = own_memory(id, bytes);
        if (!unpacked_[id]) {
          const std::vector<uint8_t> values =
              tensor.sparsity.present()
                  ? densify(tensor)
                  : unpack_sub_byte(tensor.dtype, num_elements(tensor.shape), tensor.data);
          std::copy(values.begin(), values.end(), memory);
          unpacked_[id] = true;
        }
      } else {
        slot.data = const_cast<uint8_t*>(tensor.data.data());
        slot.bytes = tensor.data.size();
      }
    } else if (tensor.is_variable) {
      Shape shape = tensor.shape;
      for (int32_t& dim : shape) dim = dim < 0 ? 1 : dim;
      slot.shape = std::move(shape);
      slot.shape_known = true;
      storage_[id] = Storage::kVariable;
      own_memory(id, bytes_of(slot));
      fill_variable(slot);
    } else if (checked_elements(tensor.shape) == 0) {  // nothing to compute: its value is known, and empty
      slot.shape = tensor.shape;
    }
  }
  for (TensorId id : subgraph_->inputs) {
    Slot& slot = slots_[id];
    if (subgraph_->tensors[id].is_constant || subgraph_->tensors[id].is_variable) continue;
    slot.shape = input_shapes_[id];
    slot.shape_known = true;
    if (dtype_bits(slot.dtype) == 0) {  // strings: empty until they are set
      storage_[id] = Storage::kOwn;
      if (own_[id].data() == nullptr) {
        usage().check_value(slot.shape, slot.dtype);
        const int64_t count = num_elements(slot.shape);
        std::vector<int32_t> empty(static_cast<size_t>(count) + 2, static_cast<int32_t>((count + 2) * 4));
        empty[0] = static_cast<int32_t>(count);
        std::memcpy(own_memory(id, empty.size() * 4), empty.data(), empty.size() * 4);
      } else {
        slot.data = own_[id].data();
      }
    }
  }
}

void SubgraphExecutor::resize_input(TensorId id, const Shape& shape) {
  if (input_shapes_[id] == shape && slots_[id].shape == shape) return;
  if (!checked_elements(shape))
    fail(ErrorCode::kRuntime, "Attempting to resize tensor ", id, " to ", to_string(shape));
  input_shapes_[id] = shape;
  slots_[id].shape = shape;
  if (storage_[id] == Storage::kArena) slots_[id].data = nullptr;  // its memory has another size
  allocated_ = false;
}

void SubgraphExecutor::set_dynamic_input(TensorId id, const Shape& shape, const uint8_t* bytes, size_t size) {
  if (slots_[id].shape != shape) resize_input(id, shape);
  const bool was_allocated = allocated_;
  storage_[id] = Storage::kOwn;
  std::memcpy(own_memory(id, size), bytes, size);
  allocated_ = was_allocated;
}

void SubgraphExecutor::fail_node(const Node& node, const std::string& message, const char* what) const {
  fail(ErrorCode::kRuntime, message, message.empty() || message.back() == '\n' ? "" : "\n", "Node number ",
       node.index, " (", node.op->display_name(), ") failed to ", what, ".");
}

void SubgraphExecutor::infer_node(Node& node) {
  for (Slot* slot : node.inputs) {
    if (slot != nullptr && !slot->shape_known) {
      node.late = true;
      return;
    }
  }
  InferContext context(*node.op, node.inputs, node.outputs);
  context.set_declares_outputs(true);
  context.subgraph = environment_.subgraph;
  try {
    node.infer(context);
  } catch (const NeedsValue&) {
    node.late = true;
  }
  for (Slot* slot : node.outputs) {
    if (slot == nullptr) continue;
    if (node.late) slot->shape_known = false;
    if (slot->shape_known) {
      usage().check_value(slot->shape, slot->dtype);
      slot->bytes = bytes_of(*slot);
    }
    // What infer leaves to the run belongs to the kernel; what comes after waits for it.
    if (!slot->shape_known && slot->tensor->is_constant)
      fail_node(node, "An operator writes a constant.", "prepare");
  }
}

// Whether the node has nothing to compute: all its results are known to have no elements.
bool SubgraphExecutor::gives_nothing(const Node& node) const {
  return !node.stateful() && !node.outputs.empty() &&
         std::all_of(node.outputs.begin(), node.outputs.end(), [](const Slot* slot) {
           return slot == nullptr || (slot->shape_known && dtype_bits(slot->dtype) != 0 && slot->bytes == 0);
         });
}

// Computes now what depends on constants and shapes alone.
bool SubgraphExecutor::try_fold(Node& node) {
  if (node.late || node.stateful() || node.outputs.empty()) return false;
  size_t input_bytes = 0, output_bytes = 0;
  for (Slot* slot : node.inputs) {
    if (slot == nullptr) continue;
    if (!slot->value_known && !node.def->needs_shape_only) return false;
    if (slot->tensor->is_variable) return false;
    input_bytes += slot->bytes;
  }
  for (Slot* slot : node.outputs) {
    if (slot == nullptr) continue;
    if (!slot->shape_known || slot->tensor->is_variable) return false;
    output_bytes += slot->bytes;
  }
  if (output_bytes > std::max(kAlwaysFold, 4 * input_bytes)) return false;
  for (TensorId id : node.op->outputs) {
    if (id == kNoTensor) continue;
    storage_[id] = Storage::kOwn;
    own_memory(id, slots_[id].bytes);
  }
  prepare_node(node);
  if (node.late) return false;
  place_scratch(node);
  RunContext context(*node.op, node.inputs, node.outputs, environment_, node.scratch);
  const Status status = node.kernel(context);
  usage().release(node.late_scratch);
  if (!status.ok()) return false;  // it fails when it runs
  for (Slot* slot : node.outputs) {
    if (slot != nullptr) slot->value_known = true;
  }
  node.kernel = nullptr;
  node.folded = true;
  return true;
}

void SubgraphExecutor::prepare_node(Node& node) {
  node.scratch_bytes.clear();
  PrepareContext context(*node.op, node.inputs, node.outputs, environment_, node.scratch_bytes);
  try {
    node.kernel = node.prepare(context);
  } catch (const NeedsValue&) {
    node.late = true;
  }
}

// Where `tensor` is quantized image by image: what finds the images' ranges.
std::unique_ptr<ImageRanges> SubgraphExecutor::ranges_for(TensorId tensor, const Shape& shape) const {
  const auto quantizes = [&](const TensorUses::Use& use) {
    return quantizes_images(subgraph_->operators[use.node], subgraph_->tensors, use.operand);
  };
  const std::vector<TensorUses::Use>& readers = uses_->readers(tensor);
  if (shape.size() != 4 || num_elements(shape) == 0 ||
      std::none_of(readers.begin(), readers.end(), quantizes))
    return nullptr;
  return std::make_unique<ImageRanges>(shape[0], int64_t{shape[1]} * shape[2],
                                       row_ops_variants().best(environment_.isa));
}

// Offers the kernel what comes behind it; if it takes that, those nodes are done.
void SubgraphExecutor::prepare_with_followers(Node& node) {
  if (!uses_ || node.op->outputs.size() != 1 || node.outputs[0] == nullptr ||
      node.outputs[0]->dtype != DType::kFloat32)
    return prepare_node(node);
  const auto follow = [&](int index, int operand) -> BlockFunction {
    Node& next = nodes_[index];
    if (next.def == nullptr || next.def->follow == nullptr) return nullptr;
    next.inputs[operand]->shape = node.outputs[0]->shape;  // what follows keeps the shape
    PrepareContext context(*next.op, next.inputs, next.outputs, environment_, next.scratch_bytes);
    return next.def->follow(context, operand);
  };
  node.scratch_bytes.clear();
  PrepareContext context(*node.op, node.inputs, node.outputs, environment_, node.scratch_bytes);
  const Followers followers =
      find_followers(*subgraph_, *uses_, node.index, follow, unary_follower(context, UnaryOp::kSwish));
  const TensorId result = followers.function ? followers.result : node.op->outputs[0];
  std::unique_ptr<ImageRanges> ranges = ranges_for(result, node.outputs[0]->shape);
  context.offer_followers(ranges == nullptr
                              ? followers.function
                              : [first = followers.function, to = ranges.get()](const Block& block) {
                                  if (first) first(block);
                                  to->add(block);
                                });
  try {
    node.kernel = node.prepare(context);
  } catch (const NeedsValue&) {
    node.late = true;
    return;
  }
  if (!context.took_followers()) return;
  slots_[result].ranges = ranges.get();
  node.ranges = std::move(ranges);
  if (!followers.function) return;
  for (int index : followers.nodes) nodes_[index].joined = true;
  node.result = followers.result;
  node.outputs[0] = &slots_[node.result];
}

// The tensors that the node writes.
std::vector<TensorId> SubgraphExecutor::results_of(const Node& node) const {
  if (node.joined) return {};
  if (node.result != kNoTensor) return {node.result};
  return node.op->outputs;
}

void SubgraphExecutor::allocate() {
  if (allocated_) return;
  reset_slots();
  for (TensorId id : subgraph_->inputs) usage().check_value(slots_[id].shape, slots_[id].dtype);
  for (Node& node : nodes_) node.joined = false;
  for (Node& node : nodes_) {
    node.late = node.folded = node.empty = false;
    node.kernel = nullptr;
    if (node.result != kNoTensor) node.outputs[0] = &slots_[node.op->outputs[0]];
    node.result = kNoTensor;
    node.ranges = nullptr;
    if (node.def == nullptr && node.custom == nullptr) {
      const bool flex = node.op->custom_code.rfind("Flex", 0) == 0;
      fail_node(node,
                flex ? "Select TensorFlow op(s), included in the given model, is(are) not supported by this "
                       "interpreter: " +
                           node.op->custom_code + ". Convert the model without SELECT_TF_OPS."
                     : "Encountered unresolved custom op: " + node.op->display_name() +
                           ".\nRegister it through custom_op_registerers, or convert the layer to builtin "
                           "operators.",
                "prepare");
    }
    try {
      infer_node(node);
      for (TensorId id :
           node.op->outputs) {  // a variable that an operator sets may differ in size from the file's
        if (id != kNoTensor && storage_[id] == Storage::kVariable && slots_[id].shape_known)
          own_memory(id, slots_[id].bytes);
      }
      node.empty = !node.late && gives_nothing(node);
      if (node.joined || node.late || node.empty || try_fold(node)) continue;
      if (!node.late) prepare_with_followers(node);
    } catch (const Error& error) {
      fail_node(node, error.what(), "prepare");
    }
    if (node.late) {  // prepare needs a value: results are placed at run time too
      for (Slot* slot : node.outputs) {
        if (slot != nullptr && !slot->tensor->is_variable) slot->shape_known = false;
      }
    }
  }
  place_memory();
  allocated_ = true;
}

void SubgraphExecutor::place_memory() {
  struct Use {
    int first = -1, last = -1;
  };
  const int end = static_cast<int>(nodes_.size());
  std::vector<Use> uses(slots_.size());
  std::vector<bool> planned(slots_.size(), false);
  auto plan = [&](TensorId id, int first) {
    if (planned[id] || storage_[id] != Storage::kArena || !slots_[id].shape_known) return;
    planned[id] = true;
    uses[id] = {first, preserve_all_ ? end : first};
  };
  for (TensorId id : subgraph_->inputs) plan(id, 0);
  for (const Node& node : nodes_) {
    for (TensorId id : results_of(node)) {
      if (id == kNoTensor) continue;
      if (!slots_[id].shape_known && storage_[id] == Storage::kArena) storage_[id] = Storage::kOwn;
      plan(id, node.index);
    }
    for (TensorId id : node.op->inputs) {
      if (id != kNoTensor) uses[id].last = std::max(uses[id].last, node.index);
    }
  }
  for (TensorId id : subgraph_->inputs) uses[id].last = end;
  for (TensorId id : subgraph_->outputs) uses[id].last = end;

  std::vector<PlannedBuffer> buffers;
  std::vector<TensorId> owners;
  for (TensorId id = 0; id < static_cast<TensorId>(slots_.size()); ++id) {
    if (!planned[id]) continue;
    slots_[id].bytes = bytes_of(slots_[id]);
    buffers.push_back({slots_[id].bytes, uses[id].first, uses[id].last});
    owners.push_back(id);
  }
  for (const Node& node : nodes_) {
    if (node.late || node.folded || node.joined || node.empty) continue;
    for (size_t bytes : node.scratch_bytes) buffers.push_back({bytes, node.index, node.index});
  }
  size_t total = 0;
  for (const PlannedBuffer& buffer : buffers) {
    if (__builtin_add_overflow(total, align(buffer.bytes), &total))
      fail(ErrorCode::kRuntime, "the model's tensors do not fit in memory");
  }
  const size_t arena_bytes = plan_memory(buffers);
  usage().reserve(arena_, arena_bytes);
  placements_.clear();
  for (size_t i = 0; i < buffers.size(); ++i)
    placements_.push_back({i < owners.size() ? owners[i] : kNoTensor, buffers[i]});
  for (size_t i = 0; i < owners.size(); ++i) slots_[owners[i]].data = arena_.data() + buffers[i].offset;
  // What can be read before it is set or computed shows no old memory.
  for (const std::vector<TensorId>* ids : {&subgraph_->outputs, &subgraph_->inputs}) {
    for (TensorId id : *ids) {
      if (planned[id]) std::memset(slots_[id].data, 0, slots_[id].bytes);
    }
  }
  size_t next = owners.size();
  for (Node& node : nodes_) {
    if (node.late || node.folded || node.joined || node.empty) continue;
    node.scratch.clear();
    for (size_t i = 0; i < node.scratch_bytes.size(); ++i)
      node.scratch.push_back(arena_.data() + buffers[next++].offset);
    node.context =
        std::make_unique<RunContext>(*node.op, node.inputs, node.outputs, environment_, node.scratch);
    Node* self = &node;
    node.context->allocate_output = [this, self](int output, const Shape& shape, int64_t bytes) {
      const TensorId id = self->op->outputs.at(output);
      slots_[id].shape = shape;
      slots_[id].shape_known = true;
      return own_memory(id, bytes >= 0 ? static_cast<size_t>(bytes) : bytes_of(slots_[id]));
    };
  }
}

// Working memory of the node's own, outside of the arena.
void SubgraphExecutor::place_scratch(Node& node) {
  std::vector<size_t> offsets;
  size_t total = 0;
  for (size_t bytes : node.scratch_bytes) {
    offsets.push_back(total);
    if (__builtin_add_overflow(total, align(std::max<size_t>(bytes, 1)), &total))
      fail(ErrorCode::kRuntime, "its working memory does not fit in memory");
  }
  usage().reserve(node.late_scratch, total);
  node.scratch.clear();
  for (size_t offset : offsets) node.scratch.push_back(node.late_scratch.data() + offset);
}

// A node whose shapes or preparation depend on values: everything happens now.
void SubgraphExecutor::run_late(Node& node) {
  std::vector<Slot> saved;
  for (Slot* slot : node.inputs) {
    if (slot != nullptr) saved.push_back(*slot);
    if (slot != nullptr) slot->value_known = true;
  }
  auto restore = [&] {
    size_t i = 0;
    for (Slot* slot : node.inputs) {
      if (slot != nullptr) slot->value_known = saved[i++].value_known;
    }
  };
  try {
    for (Slot* slot : node.outputs) {
      if (slot != nullptr) slot->shape_known = false;
    }
    InferContext infer(*node.op, node.inputs, node.outputs);
    infer.set_declares_outputs(true);
    infer.subgraph = environment_.subgraph;
    node.infer(infer);
    for (TensorId id : node.op->outputs) {
      if (id == kNoTensor || !slots_[id].shape_known) continue;
      usage().check_value(slots_[id].shape, slots_[id].dtype);
      own_memory(id, bytes_of(slots_[id]));
    }
    if (gives_nothing(node)) return restore();
    prepare_node(node);
    place_scratch(node);
    RunContext context(*node.op, node.inputs, node.outputs, environment_, node.scratch);
    context.allocate_output = [&](int output, const Shape& shape, int64_t bytes) {
      const TensorId id = node.op->outputs.at(output);
      slots_[id].shape = shape;
      slots_[id].shape_known = true;
      return own_memory(id, bytes >= 0 ? static_cast<size_t>(bytes) : bytes_of(slots_[id]));
    };
    const Status status = node.kernel(context);
    if (!status.ok()) fail(ErrorCode::kRuntime, status.message());
    restore();
  } catch (const NeedsValue& missing) {
    restore();
    fail_node(node, concat("operand ", missing.operand, " has no value"), "invoke");
  } catch (const Error& error) {
    restore();
    fail_node(node, error.what(), "invoke");
  }
}

void SubgraphExecutor::run() {
  for (Node& node : nodes_) {
    if (node.folded || node.joined || node.empty) continue;
    check_interrupt();
    const auto start =
        profiler_ != nullptr ? std::chrono::steady_clock::now() : std::chrono::steady_clock::time_point();
    if (node.late) {
      run_late(node);
    } else {
      if (node.ranges) node.ranges->reset();
      const Status status = node.kernel(*node.context);
      if (!status.ok()) fail_node(node, status.message(), "invoke");
    }
    if (profiler_ != nullptr) {
      const auto spent = std::chrono::steady_clock::now() - start;
      profiler_->operator_ran(static_cast<int>(subgraph_ - graph_->subgraphs.data()), node.index,
                              std::chrono::duration_cast<std::chrono::nanoseconds>(spent).count());
    }
  }
}

size_t SubgraphExecutor::own_bytes() const {
  size_t sum = 0;
  for (const AlignedBuffer& memory : own_) sum += memory.capacity();
  for (const Node& node : nodes_) sum += node.late_scratch.capacity();
  return sum;
}

void SubgraphExecutor::reset_variables() {
  for (TensorId id = 0; id < static_cast<TensorId>(slots_.size()); ++id) {
    if (storage_[id] == Storage::kVariable && slots_[id].data != nullptr) fill_variable(slots_[id]);
  }
}

bool SubgraphExecutor::readable(TensorId id) const {
  const auto is = [&](const std::vector<TensorId>& ids) {
    return std::find(ids.begin(), ids.end(), id) != ids.end();
  };
  if (slots_[id].data == nullptr) return false;
  return preserve_all_ || storage_[id] != Storage::kArena || is(subgraph_->inputs) || is(subgraph_->outputs);
}

}  // namespace litewright
