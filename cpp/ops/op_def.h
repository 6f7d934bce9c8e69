// What an operator is: one OpDef in one file, one row in op_list.h. Converter, quantizer, interpreter,
// inspector and documentation all read the same table.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/cpu.h"
#include "core/error.h"
#include "core/thread_pool.h"
#include "graph/graph.h"

namespace litewright {

class Resources;         // runtime/resources.h: variables and hash tables of one interpreter
class SubgraphExecutor;  // runtime/subgraph_executor.h

// An operand of a node as it is now. `data` is set in infer and prepare only when the value is known by then
// (constants, and what is computed from constants and shapes); sub-byte elements are unpacked to one int8
// each, sparse constants are dense.
struct Slot {
  const Tensor* tensor =
      nullptr;  // its entry in the graph: name, quantization, whether it is constant or variable
  DType dtype = DType::kFloat32;
  Shape shape;
  bool shape_known = false;
  bool value_known = false;
  uint8_t* data = nullptr;
  size_t bytes = 0;
  // The least and greatest value of every image of a float tensor, where what makes the tensor finds them.
  class ImageRanges* ranges = nullptr;
};

// How a kernel ends. Failures are only those that depend on data: an index out of range, a division by zero.
class Status {
 public:
  Status() = default;
  template <class... Parts>
  static Status error(const Parts&... parts) {
    Status status;
    status.message_ = concat(parts...);
    return status;
  }
  bool ok() const { return message_.empty(); }
  const std::string& message() const { return message_; }

 private:
  std::string message_;
};

// Thrown (and caught by whoever called infer or prepare) when the value of an operand is needed and not known
// yet. The node is then inferred and prepared at run time, when all its operands have values.
struct NeedsValue {
  int operand;
};

// What infer, prepare and run have in common: a look at the operands. Indexes are the operator's operand
// numbers.
class NodeContext {
 public:
  NodeContext(const Operator& op, std::span<Slot* const> inputs, std::span<Slot* const> outputs)
      : op_(&op), inputs_(inputs), outputs_(outputs) {}

  const Operator& op() const { return *op_; }
  template <class T>
  const T& options() const {
    return op_->options.get<T>();
  }
  int num_inputs() const { return static_cast<int>(inputs_.size()); }
  int num_outputs() const { return static_cast<int>(outputs_.size()); }
  bool has_input(int i) const { return i < num_inputs() && inputs_[i] != nullptr; }
  bool has_output(int i) const { return i < num_outputs() && outputs_[i] != nullptr; }

  // Error if the operand is absent.
  const Slot& input(int i) const;
  const Slot& output(int i) const;
  const Shape& input_shape(int i) const { return input(i).shape; }
  const Shape& output_shape(int i) const { return output(i).shape; }
  DType input_dtype(int i) const { return input(i).dtype; }
  DType output_dtype(int i) const { return output(i).dtype; }  // as the graph declares it
  const Quantization& input_quantization(int i) const { return input(i).tensor->quantization; }
  const Quantization& output_quantization(int i) const { return output(i).tensor->quantization; }

  // An Error of kInvalidModel that names the operator: for what no file may say.
  template <class... Parts>
  [[noreturn]] void fail(const Parts&... parts) const {
    fail_with(concat(parts...));
  }
  // "input 0 'x' float32[1, 28]", for messages.
  std::string describe_input(int i) const;

 protected:
  [[noreturn]] void fail_with(const std::string& message) const;
  const Operator* op_;
  std::span<Slot*const> inputs_, outputs_;
};

// A look at operands with values that may be known.
class ValueContext : public NodeContext {
 public:
  using NodeContext::NodeContext;
  bool is_known(int i) const { return has_input(i) && input(i).value_known; }
  // The elements of an operand whose value is needed now; NeedsValue if it is not known. Error if its dtype
  // is another.
  template <class T>
  std::span<const T> values(int i) const {
    check_value(i, dtype_of<T>);
    return {reinterpret_cast<const T*>(input(i).data), input(i).bytes / sizeof(T)};
  }
  // The same for an int32, int64, int16, int8 or uint8 operand of any of these types.
  std::vector<int64_t> ints(int i) const;
  // The one element of a scalar or one-element operand.
  int64_t int_scalar(int i) const;

 private:
  void check_value(int i, DType dtype) const;
};

// Shape inference: checks operand counts, dtypes, ranks and options, and sets every output. Input shapes are
// known and concrete.
class InferContext : public ValueContext {
 public:
  using ValueContext::ValueContext;
  // An Error if the graph declares another dtype for the output.
  void set_output(int i, DType dtype, Shape shape);
  // The shape follows only from running the kernel, which calls RunContext::allocate_output (strings, control
  // flow).
  void set_output_at_run(int i, DType dtype);
  // Whether the graph declares the output's dtype already (read from a file) or it is being built.
  bool declares_outputs() const { return declares_outputs_; }
  void set_declares_outputs(bool value) { declares_outputs_ = value; }
  // The subgraphs that control flow calls; nullptr while a graph is being built.
  std::function<SubgraphExecutor*(int index)> subgraph;

 private:
  bool declares_outputs_ = false;
};

// Values derived from constants (packed weights), shared by all interpreters on one model.
class PackCache;

// What prepare may ask of the runtime.
struct Environment {
  std::span<const Tensor> tensors = {};  // of the subgraph
  bool reference = false;  // OpResolverType.BUILTIN_REF: reference kernels with the reference's rounding
  Isa isa = Isa::kPortable;
  ThreadPool* pool = nullptr;
  PackCache* pack_cache = nullptr;
  Resources* resources = nullptr;
  std::function<SubgraphExecutor*(int index)> subgraph;
};

// A part of a result that is complete: `rows` x `columns` elements of the matrix whose columns are the last
// dimension. `data` is its first element; rows lie `stride` elements apart.
struct Block {
  uint8_t* data;
  int64_t stride;
  int64_t first_row, rows, first_column, columns;
};
// Changes a block in place, while it is in the cache. Threads call it for different blocks at the same time.
using BlockFunction = std::function<void(const Block&)>;

class PrepareContext : public ValueContext {
 public:
  PrepareContext(const Operator& op, std::span<Slot* const> inputs, std::span<Slot* const> outputs,
                 const Environment& environment, std::vector<size_t>& scratch)
      : ValueContext(op, inputs, outputs), environment_(&environment), scratch_(&scratch) {}

  // A tensor that the operator names as an intermediate: integer LSTMs keep scales there. Error if there is
  // none.
  const Tensor& intermediate(int i) const;

  // Any tensor of the subgraph: block-wise quantization keeps its scales in one. Error if there is none.
  const Tensor& graph_tensor(TensorId id) const;

  bool reference() const { return environment_->reference; }
  Isa isa() const { return environment_->isa; }
  int num_threads() const { return environment_->pool->num_threads(); }
  ThreadPool& pool() const { return *environment_->pool; }
  Resources& resources() const { return *environment_->resources; }
  SubgraphExecutor* subgraph(int index) const { return environment_->subgraph(index); }

  // What operators behind this one do to blocks of output 0, joined; null if there is nothing. A kernel that
  // takes it must call it once for every part of its result; those operators then do not run.
  BlockFunction take_followers() {
    took_followers_ = true;
    return followers_;
  }
  void offer_followers(BlockFunction followers) { followers_ = std::move(followers); }
  bool took_followers() const { return took_followers_; }

  // Working memory for the run, 64-byte aligned; returns its number for RunContext::scratch.
  int add_scratch(size_t bytes) {
    scratch_->push_back(bytes);
    return static_cast<int>(scratch_->size()) - 1;
  }
  // What `make()` (returning a T) computes from the constant operand `i`, once per model: `variant` tells
  // apart what different kernels make of one constant. Not shared if the operand is not a constant of the
  // file.
  template <class T, class Make>
  std::shared_ptr<const T> packed(int i, const std::string& variant, const Make& make) const {
    return std::static_pointer_cast<const T>(packed_any(
        i, variant, [&]() -> std::shared_ptr<const void> { return std::make_shared<const T>(make()); }));
  }

 private:
  std::shared_ptr<const void> packed_any(int i, const std::string& variant,
                                         const std::function<std::shared_ptr<const void>()>& make) const;
  const Environment* environment_;
  std::vector<size_t>* scratch_;
  BlockFunction followers_;
  bool took_followers_ = false;
};

// A running kernel's view. All pointers are valid and aligned to 64 bytes (constants of a file: to their
// element).
class RunContext : public NodeContext {
 public:
  RunContext(const Operator& op, std::span<Slot* const> inputs, std::span<Slot* const> outputs,
             const Environment& environment, std::span<uint8_t* const> scratch)
      : NodeContext(op, inputs, outputs), environment_(&environment), scratch_(scratch) {}

  template <class T>
  const T* in(int i) const {
    return reinterpret_cast<const T*>(inputs_[i]->data);
  }
  // nullptr when the operand is absent.
  template <class T>
  const T* in_or_null(int i) const {
    return has_input(i) ? in<T>(i) : nullptr;
  }
  template <class T>
  T* out(int i) const {
    return reinterpret_cast<T*>(outputs_[i]->data);
  }
  // Variable tensors are inputs that the kernel writes.
  template <class T>
  T* variable(int i) const {
    return reinterpret_cast<T*>(inputs_[i]->data);
  }
  template <class T>
  T* scratch(int number) const {
    return reinterpret_cast<T*>(scratch_[number]);
  }
  ThreadPool& pool() const { return *environment_->pool; }
  Resources& resources() const { return *environment_->resources; }
  SubgraphExecutor* subgraph(int index) const { return environment_->subgraph(index); }

  // Memory for an output that infer left to the run; sets its shape. `bytes` < 0: what shape and dtype say.
  std::function<uint8_t*(int output, const Shape& shape, int64_t bytes)> allocate_output;

 private:
  const Environment* environment_;
  std::span<uint8_t* const> scratch_;
};

// What prepare returns: owns a callable `Status(RunContext&)`. Like a std::function that cannot be copied,
// which costs far less code per callable.
class Kernel {
 public:
  Kernel() = default;
  Kernel(std::nullptr_t) {}  // NOLINT: implicit, as a std::function
  template <class F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, Kernel>) Kernel(F&& f) {  // NOLINT
    using Callable = std::decay_t<F>;
    object_ = {new Callable(std::forward<F>(f)), [](void* object) { delete static_cast<Callable*>(object); }};
    call_ = [](void* object, RunContext& context) -> Status {
      return (*static_cast<Callable*>(object))(context);
    };
  }
  Status operator()(RunContext& context) const { return call_(object_.get(), context); }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  std::unique_ptr<void, void (*)(void*)> object_{nullptr, [](void*) {}};
  Status (*call_)(void*, RunContext&) = nullptr;
};

struct OperandDef {
  enum Presence : uint8_t { kRequired, kOptional, kVariadic };
  const char* name;
  Presence presence = kRequired;  // optional ones may be -1, or missing at the end; a variadic one comes last
};

// How post-training quantization treats the operator (SPEC section 4.4), as data.
struct QuantRule {
  enum Output : uint8_t {
    kFloatOnly,     // no integer form
    kOwnRange,      // the output has its own calibrated range
    kSameAsInput,   // inputs and outputs share scale and zero point
    kFixed,         // the output's scale and zero point are given below
    kNotQuantized,  // takes quantized inputs; outputs are indexes, shapes or bools
    kControlFlow,   // quantized inside its subgraphs, or left float
    kLstm,          // the integer LSTM's own scheme
  };
  Output output = kFloatOnly;
  bool int16 = false;  // has a form with 16-bit activations
  int weights = -1;    // the operand that holds weights, quantized symmetrically
  int axis = -1;       // the weights' channel dimension; -1: one scale for all
  int bias = -1;  // the operand with the bias: int32 (int64 with 16-bit activations), scale input*weights
  float fixed_scale8 = 0;  // of kFixed
  int fixed_zero8 = 0;
  float fixed_scale16 = 0;
  // Dynamic range: the constant operands that become int8, and whether the kernel computes with them or gets
  // them through DEQUANTIZE.
  enum Hybrid : uint8_t { kNoHybrid, kComputes, kWeightOnly };
  Hybrid hybrid = kNoHybrid;
  std::vector<int> hybrid_operands = {};
};

struct OpDef {
  BuiltinOp code;
  int max_version = 1;  // the highest LiteRT registers
  std::vector<OperandDef> inputs;
  std::vector<OperandDef> outputs = {{"output"}};
  const OptionsSchema* options = nullptr;  // &schema_of<T>()
  void (*infer)(InferContext&) = nullptr;
  // Checks everything that can be checked before data is there, and chooses the kernel.
  Kernel (*prepare)(PrepareContext&) = nullptr;
  QuantRule quant = {};
  const char* types = "float32";  // for the documentation
  bool fast_path = false;         // has more than a reference kernel
  bool stateful = false;  // must not be folded, merged or removed: variables, random numbers, control flow
  bool needs_shape_only = false;  // the result follows from the inputs' shapes alone (SHAPE, RANK)
  // What the operator does to blocks of its operand `operand`, so that the kernel before it can do it on the
  // way: for operators that work element by element. Null if it cannot. Outputs are not known yet.
  BlockFunction (*follow)(PrepareContext&, int operand) = nullptr;
};

// An operator the application brings (CUSTOM with this name).
struct CustomOpDef {
  std::string name;
  std::function<void(InferContext&)> infer;
  std::function<Kernel(PrepareContext&)> prepare;
};

// nullptr: not an operator of this build.
const OpDef* find_op(BuiltinOp code);
const CustomOpDef* find_builtin_custom_op(const std::string& name);  // those that LiteRT ships
std::span<const OpDef* const> all_ops();
std::span<const CustomOpDef* const> all_custom_ops();
// find_schema() for an application that links its own table: looks only at the table's operators.
const OptionsSchema* find_schema_of_operators(int union_number, int tag);

}  // namespace litewright
