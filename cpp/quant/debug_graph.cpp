#include <algorithm>

#include "core/error.h"
#include "ops/flex_options.h"
#include "quant/plan.h"
#include "quant/twins.h"

namespace litewright {
namespace {

constexpr double kTolerance = 5.0;  // in steps of the quantized tensor

Bytes verify_options() {
  flexbuffers::Builder builder;
  builder.Map([&] {
    builder.Bool("log_if_failed", false);  // kernels take true for "fail"
    builder.Double("tolerance", kTolerance);
  });
  builder.Finish();
  return Bytes::copy(builder.GetBuffer());
}

class Instrumenter {
 public:
  Instrumenter(const Subgraph& from, Subgraph& to)
      : from_(from), to_(to), constants_(from.tensors.size(), kNoTensor), options_(verify_options()) {}

  void run() {
    std::vector<int> original(to_.operators.size(), -1);
    for (const Twin& twin : find_twins(from_, to_)) original[twin.quantized] = twin.original;
    const std::vector<Operator> operators = std::exchange(to_.operators, {});
    for (size_t i = 0; i < operators.size(); ++i) {
      to_.operators.push_back(operators[i]);
      if (original[i] < 0) continue;
      const Operator& source = from_.operators[original[i]];
      if (is_quantized(operators[i].outputs[0]) && is_stateless(from_, source)) verify(operators[i], source);
    }
  }

 private:
  bool is_quantized(TensorId id) const {
    return to_.tensors[id].dtype != DType::kFloat32 && to_.tensors[id].quantization.quantized();
  }

  TensorId add_tensor(const Tensor& like, const std::string& name) {
    to_.tensors.push_back(
        {.name = name, .shape = like.shape, .has_rank = like.has_rank, .initial_shape = like.initial_shape});
    return static_cast<TensorId>(to_.tensors.size()) - 1;
  }

  // What the float operator reads in place of its own input `id`, where the quantized one reads `stored`.
  TensorId real_input(TensorId id, TensorId stored) {
    if (id == kNoTensor || !is_float_tensor(from_, id)) return stored;
    if (from_.tensors[id].is_constant) {
      if (constants_[id] == kNoTensor) {
        to_.tensors.push_back(from_.tensors[id]);
        constants_[id] = static_cast<TensorId>(to_.tensors.size()) - 1;
      }
      return constants_[id];
    }
    if (!is_quantized(stored)) return stored;
    const TensorId real = add_tensor(from_.tensors[id], from_.tensors[id].name + "_debug_input");
    add_operator(BuiltinOp::kDequantize, {stored}, {real});
    return real;
  }

  void add_operator(BuiltinOp code, std::vector<TensorId> inputs, std::vector<TensorId> outputs) {
    Operator op;
    op.code = code;
    op.inputs = std::move(inputs);
    op.outputs = std::move(outputs);
    if (code == BuiltinOp::kCustom) {
      op.custom_code = "NumericVerify";
      op.custom_options = options_;
    }
    to_.operators.push_back(std::move(op));
  }

  void verify(const Operator& quantized, const Operator& source) {
    Operator real = source;
    for (size_t k = 0; k < source.inputs.size(); ++k)
      real.inputs[k] = real_input(source.inputs[k], quantized.inputs[k]);
    for (TensorId& id : real.outputs) {
      const Tensor& like = from_.tensors[id];
      id = add_tensor(like, like.name + "_float");
      to_.tensors[id].dtype = like.dtype;
    }
    const std::vector<TensorId> results = real.outputs;
    to_.operators.push_back(std::move(real));
    for (size_t k = 0; k < results.size(); ++k) {
      const TensorId id = quantized.outputs[k];
      if (!is_quantized(id)) continue;
      const TensorId difference =
          add_tensor(from_.tensors[source.outputs[k]],
                     concat("NumericVerify/", from_.tensors[source.outputs[k]].name, ":", id));
      add_operator(BuiltinOp::kCustom, {id, results[k]}, {difference});
    }
  }

  const Subgraph& from_;
  Subgraph& to_;
  std::vector<TensorId> constants_;  // copies of the float constants, by tensor of `from_`
  Bytes options_;
};

}  // namespace

Graph make_debug_graph(const Graph& original, const Graph& quantized) {
  Graph result = quantized;
  Instrumenter(original.main(), result.main()).run();
  return result;
}

}  // namespace litewright
