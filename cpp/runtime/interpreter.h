// Runs a model: one executor per subgraph over shared threads and resources. An interpreter serves one thread
// at a time (a second one that calls allocate() or invoke() meanwhile gets an Error); interpreters on one
// Model may run in different threads at the same time.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/thread_pool.h"
#include "runtime/model.h"
#include "runtime/resources.h"
#include "runtime/subgraph_executor.h"

namespace litewright {

// A graph to run in place of the model's, and its own operators: how delegates take over nodes.
class GraphRewrite {
 public:
  virtual ~GraphRewrite() = default;
  virtual const Graph& graph() const = 0;
  virtual const CustomOpDef* find_op(const std::string& name) const = 0;  // nullptr: not one of its own
};

struct InterpreterOptions {
  int num_threads = 1;
  bool reference = false;     // reference kernels with the reference's rounding (OpResolverType.BUILTIN_REF)
  bool preserve_all = false;  // intermediate tensors can be read after a run
  bool join = true;  // operators may be done by the one before them; without, each of them runs, and a
                     // profiler finds its results
  Isa isa = current_isa();
  Limits limits = {};
  std::map<std::string, CustomOpDef> custom_ops = {};  // by name; they come before those this build ships
  std::function<std::shared_ptr<const GraphRewrite>(const Graph&)> rewrite = nullptr;
};

// In bytes. Constants and packed weights belong to the model, whose interpreters share them.
struct MemoryUse {
  size_t arena = 0;      // what is computed, and scratch memory
  size_t tensors = 0;    // with memory of their own: variables, weights that were unpacked, dynamic ones
  size_t constants = 0;  // in the model's file or bytes, used where they lie
  size_t packed = 0;     // weights as kernels want them
};

class Interpreter {
 public:
  explicit Interpreter(std::shared_ptr<const Model> model, InterpreterOptions options = {});
  ~Interpreter();

  const Model& model() const { return *model_; }
  // What runs: the model's graph, or what was made of it.
  const Graph& graph() const { return rewrite_ ? rewrite_->graph() : model_->graph(); }
  int num_subgraphs() const { return static_cast<int>(graph().subgraphs.size()); }
  const InterpreterOptions& options() const { return options_; }
  ThreadPool& pool() { return pool_; }
  Resources& resources() { return resources_; }

  // Made when first asked for. Index 0 is the main subgraph. Error (kOutOfRange) if there is no such
  // subgraph.
  SubgraphExecutor& executor(int subgraph = 0);
  // The signature with this key; nullptr if there is none.
  const Signature* find_signature(const std::string& key) const;

  // `strict` allows only dimensions that are unknown (-1) in the graph to change. Error (kRuntime) otherwise.
  void resize_input(TensorId id, const Shape& shape, bool strict = false, int subgraph = 0);
  void allocate(int subgraph = 0);
  // Error (kRuntime) if not allocated.
  void invoke(int subgraph = 0);
  // Variable tensors of all subgraphs back to zero; resource variables keep their values.
  void reset_variables();
  // Of what is allocated by now.
  MemoryUse memory() const;
  // Told of every operator that runs from now on; nullptr: of none.
  void set_profiler(Profiler* profiler);

 private:
  const CustomOpDef* find_custom_op(const std::string& name) const;
  double added_elements() const;

  std::shared_ptr<const Model> model_;
  InterpreterOptions options_;
  std::shared_ptr<const GraphRewrite> rewrite_;
  ThreadPool pool_;
  Resources resources_;
  Profiler* profiler_ = nullptr;
  std::atomic<bool> busy_ = false;
  std::vector<std::unique_ptr<SubgraphExecutor>> executors_;
};

}  // namespace litewright
