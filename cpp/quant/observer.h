// Runs samples through the float model and notes what values its tensors take.
#pragma once

#include <functional>
#include <limits>
#include <memory>
#include <vector>

#include "graph/graph.h"
#include "quant/saved_state.h"
#include "runtime/interpreter.h"

namespace litewright {

struct Range {
  float min = std::numeric_limits<float>::infinity();
  float max = -std::numeric_limits<float>::infinity();
  bool seen() const { return min <= max; }
};

// By tensor of the main subgraph; not seen: not a float tensor, or never computed.
using Ranges = std::vector<Range>;

// What is done with the values of a tensor each time it is computed.
class Statistics {
 public:
  virtual ~Statistics() = default;
  virtual void add(TensorId id, const float* values, int64_t count) = 0;
  virtual Ranges ranges() const = 0;
  // What has been seen so far, and taking in what others saw of the same model with the same method. The
  // result does not depend on the order or on who saw what; Error for a method that cannot promise that.
  virtual void save(StateWriter& writer) const = 0;
  virtual void merge(StateReader& reader) = 0;
};

enum class CalibrationMethod {
  kMinMax,         // plain extrema over all samples, NaN ignored: TensorFlow's calibration
  kMovingAverage,  // extrema averaged over the samples, exponentially
  kPercentile,     // the range without a share of the values at each end
  kMse,            // the range with the least mean squared error
};

struct Calibration {
  CalibrationMethod method = CalibrationMethod::kMinMax;
  double momentum = 0.9;      // of kMovingAverage: the share that stays
  double percentile = 99.99;  // of kPercentile
};

std::unique_ptr<Statistics> make_statistics(const Calibration& calibration, const Subgraph& subgraph);

// An operator's operand and result that lie in the same memory in TensorFlow's interpreter: the result is
// written over the operand.
struct Overwrite {
  TensorId operand, result;
};
std::vector<Overwrite> find_overwrites(const Subgraph& subgraph);

class Observer : private Profiler {
 public:
  // Runs with `num_threads` threads.
  Observer(Graph graph, std::unique_ptr<Statistics> statistics, int num_threads);
  ~Observer() override;

  // The interpreter whose inputs the caller sets before each run().
  Interpreter& interpreter() { return interpreter_; }
  // Runs one sample. The inputs must be set and allocate() done.
  void run();
  int samples() const { return samples_; }
  Ranges ranges() const { return statistics_->ranges(); }
  const Statistics& statistics() const { return *statistics_; }
  Statistics& statistics() { return *statistics_; }

 private:
  void operator_ran(int subgraph, int node, int64_t nanoseconds) override;
  void observe(TensorId id);
  std::unique_ptr<Statistics> statistics_;
  Interpreter interpreter_;
  std::vector<bool> observed_;  // by tensor, in this run
  int samples_ = 0;
};

}  // namespace litewright
