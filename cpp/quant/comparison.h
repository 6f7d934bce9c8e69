// How far a quantized model is from the float one it was made from, operator by operator and in its results.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "quant/observer.h"

namespace litewright {

// One operator. Its own error: what the quantized operator makes of its inputs against what the float
// operator makes of the same inputs, so that an error is not blamed on what comes after it.
struct OperatorError {
  int index = 0;  // in the float graph
  std::string name, layer, tensor;
  Range range;                    // of the float result
  DType dtype = DType::kFloat32;  // of the quantized model's result
  double scale = 0;               // of it; 0: float
  int64_t zero_point = 0;
  int64_t elements = 0;
  double signal = 0, noise = 0;               // sums of squares
  double error_sum = 0, worst = 0;            // of the differences: their sum, the largest absolute one
  int64_t saturated = 0;                      // quantized results at an end of their type
  int64_t bytes_before = 0, bytes_after = 0;  // of its constants

  double sqnr() const;  // signal-to-quantization-noise ratio in dB; infinity without noise
};

class Comparison {
 public:
  // `quantized` must come from apply_plan on `original`. Without `by_operator` only the results are compared.
  Comparison(Graph original, Graph quantized, int num_threads, bool by_operator = true);
  ~Comparison();

  // Runs both models on one sample: an array for each input of the float model.
  struct Value {
    Shape shape;
    Bytes data;
  };
  void run(const std::vector<Value>& inputs);

  const std::vector<OperatorError>& operators() const { return operators_; }
  // Root of the mean squared difference of the results, divided by the root of the mean square of the float
  // results.
  double output_error() const;

 private:
  struct Pair;
  void add_operator(int original, int quantized);
  void compare_operator(Pair& pair);
  int num_threads_;
  Interpreter original_, quantized_;
  std::vector<Pair> pairs_;  // by row of operators_
  std::vector<OperatorError> operators_;
  double output_signal_ = 0, output_noise_ = 0;
};

}  // namespace litewright
