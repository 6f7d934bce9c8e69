// Runs one subgraph. allocate() does everything that can be done before data is there: infer shapes, compute
// what is constant, choose kernels, pack weights, place all memory in one arena. run() then walks the
// operators.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "ops/op_def.h"
#include "runtime/aligned_buffer.h"
#include "runtime/followers.h"
#include "runtime/memory_planner.h"
#include "runtime/profiler.h"

namespace litewright {

// Looks up a custom operator by name; nullptr if there is none.
using CustomOpLookup = std::function<const CustomOpDef*(const std::string& name)>;

// Where a tensor, or the scratch memory of an operator (kNoTensor), lies in the arena, and when it is used.
struct Placement {
  TensorId tensor = kNoTensor;
  PlannedBuffer buffer;
};

class Usage;  // runtime/usage.h

class SubgraphExecutor {
 public:
  // `graph` and what `environment` points to must outlive the executor. With `preserve_all` every tensor
  // keeps its own memory. With `join` some operators are done by the one before them, and the tensors between
  // have none.
  SubgraphExecutor(const Graph& graph, int index, Environment environment, CustomOpLookup custom_ops,
                   bool preserve_all, bool join);
  ~SubgraphExecutor();
  SubgraphExecutor(const SubgraphExecutor&) = delete;
  SubgraphExecutor& operator=(const SubgraphExecutor&) = delete;

  const Subgraph& subgraph() const { return *subgraph_; }
  const Slot& slot(TensorId id) const { return slots_[id]; }
  // Memory of a tensor: valid after allocate() (results of run-time shapes: after run()); nullptr before.
  uint8_t* data(TensorId id) const { return slots_[id].data; }

  // A new shape for an input; allocate() is needed before the next run unless it is the old one. The data of
  // all tensors may move.
  void resize_input(TensorId id, const Shape& shape);
  // Sets a string (or other run-time sized) input, serialized as the format does.
  void set_dynamic_input(TensorId id, const Shape& shape, const uint8_t* bytes, size_t size);
  bool allocated() const { return allocated_; }
  // Does nothing if nothing changed since the last time. Error (kRuntime) that names the node.
  void allocate();
  // Error (kRuntime) that names the node. Must follow allocate().
  void run();
  // Variable tensors back to zero (their zero point).
  void reset_variables();
  // Whether the tensor's value can be read after a run: not if its memory may serve another tensor by then.
  bool readable(TensorId id) const;
  size_t arena_bytes() const { return arena_.capacity(); }
  // Of the tensors that have memory of their own, and of operators that are prepared at run time.
  size_t own_bytes() const;
  // What lies in the arena; valid after allocate().
  const std::vector<Placement>& placements() const { return placements_; }
  void set_profiler(Profiler* profiler) { profiler_ = profiler; }

 private:
  enum class Storage : uint8_t {
    kArena,
    kConstant,
    kVariable,
    kOwn
  };  // kOwn: sized at run time, or computed in allocate()
  struct Node;

  void reset_slots();
  void infer_node(Node& node);
  bool gives_nothing(const Node& node) const;
  bool try_fold(Node& node);
  void prepare_node(Node& node);
  std::unique_ptr<ImageRanges> ranges_for(TensorId tensor, const Shape& shape) const;
  void prepare_with_followers(Node& node);
  std::vector<TensorId> results_of(const Node& node) const;
  void place_memory();
  void place_scratch(Node& node);
  void run_late(Node& node);
  uint8_t* own_memory(TensorId id, size_t bytes);
  size_t bytes_of(const Slot& slot) const;
  Usage& usage();
  [[noreturn]] void fail_node(const Node& node, const std::string& message, const char* what) const;

  const Graph* graph_;
  const Subgraph* subgraph_;
  Environment environment_;
  bool preserve_all_;
  std::unique_ptr<const TensorUses> uses_;  // where operators may be joined
  bool allocated_ = false;
  Profiler* profiler_ = nullptr;
  std::vector<Slot> slots_;
  std::vector<Storage> storage_;
  std::vector<Shape> input_shapes_;  // by tensor, of inputs only
  std::vector<AlignedBuffer>
      own_;                     // by tensor: variables, folded and run-time sized values, unpacked constants
  std::vector<bool> unpacked_;  // by tensor: own_ holds the unpacked constant
  std::deque<Node> nodes_;
  AlignedBuffer arena_;
  std::vector<Placement> placements_;
};

}  // namespace litewright
