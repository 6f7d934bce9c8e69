#include "quant/comparison.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/error.h"
#include "core/float16.h"
#include "ops/op_def.h"
#include "passes/rewrite.h"
#include "quant/parameters.h"
#include "quant/twins.h"

namespace litewright {
namespace {

// The values of a tensor as floats; empty if they are neither floats nor quantized.
std::vector<float> real_values(const Slot& slot) {
  const int64_t count = num_elements(slot.shape);
  std::vector<float> values(count);
  const Quantization& q = slot.tensor->quantization;
  const auto dequantize = [&](const auto* stored) {
    const int64_t inner = q.per_channel() ? elements_between(slot.shape, q.axis + 1, slot.shape.size()) : 1;
    for (int64_t i = 0; i < count; ++i) {
      const size_t c = q.per_channel() ? i / inner % slot.shape[q.axis] : 0;
      values[i] =
          static_cast<float>(static_cast<double>(stored[i]) - static_cast<double>(q.zero(c))) * q.scale[c];
    }
    return values;
  };
  switch (slot.dtype) {
    case DType::kFloat32:
      std::memcpy(values.data(), slot.data, slot.bytes);
      return values;
    case DType::kInt8:
      return q.quantized() ? dequantize(reinterpret_cast<const int8_t*>(slot.data)) : std::vector<float>();
    case DType::kUInt8:
      return q.quantized() ? dequantize(slot.data) : std::vector<float>();
    case DType::kInt16:
      return q.quantized() ? dequantize(reinterpret_cast<const int16_t*>(slot.data)) : std::vector<float>();
    default:
      return {};
  }
}

int64_t count_saturated(const Slot& slot) {
  if (!slot.tensor->quantization.quantized()) return 0;
  const auto count = [&](const auto* values, int64_t low, int64_t high) {
    return std::count_if(values, values + num_elements(slot.shape),
                         [&](auto v) { return v == low || v == high; });
  };
  if (slot.dtype == DType::kInt8) return count(reinterpret_cast<const int8_t*>(slot.data), -128, 127);
  if (slot.dtype == DType::kInt16) return count(reinterpret_cast<const int16_t*>(slot.data), -32768, 32767);
  return 0;
}

int64_t constant_bytes(const Subgraph& subgraph, const Operator& op) {
  int64_t bytes = 0;
  for (TensorId id : op.inputs) {
    if (id != kNoTensor && subgraph.tensors[id].is_constant)
      bytes += static_cast<int64_t>(subgraph.tensors[id].data.size());
  }
  return bytes;
}

void set_input(Interpreter& interpreter, TensorId id, const Comparison::Value& value, DType given) {
  const Slot& slot = interpreter.executor().slot(id);
  if (slot.dtype == given) {
    std::memcpy(slot.data, value.data.data(), std::min(slot.bytes, value.data.size()));
    return;
  }
  // An integer input of the quantized model.
  Tensor real{.name = slot.tensor->name, .shape = value.shape, .is_constant = true, .data = value.data};
  Form form{slot.dtype, slot.tensor->quantization};
  if (slot.dtype == DType::kUInt8) {
    form.dtype = DType::kInt8;
    form.quantization.zero_point[0] -= 128;
  }
  const Bytes stored = convert_constant(real, form);
  for (size_t i = 0; i < stored.size(); ++i) {
    slot.data[i] =
        slot.dtype == DType::kUInt8 ? static_cast<uint8_t>(stored.data()[i] + 128) : stored.data()[i];
  }
}

}  // namespace

double OperatorError::sqnr() const {
  return noise > 0 ? 10 * std::log10(signal / noise) : std::numeric_limits<double>::infinity();
}

// An operator of the float graph, its counterpart, and the float operator by itself.
struct Comparison::Pair {
  int original, quantized;
  std::unique_ptr<Interpreter> alone;  // nullptr: it has state; compared with the float model's own result
  std::vector<std::pair<TensorId, int>> feed;  // input of `alone` <- operand number
};

Comparison::Comparison(Graph original, Graph quantized, int num_threads, bool by_operator)
    : num_threads_(num_threads),
      original_(std::make_shared<Model>(std::move(original)),
                {.num_threads = num_threads, .preserve_all = by_operator}),
      quantized_(std::make_shared<Model>(std::move(quantized)),
                 {.num_threads = num_threads, .preserve_all = by_operator}) {
  if (!by_operator) return;
  for (const Twin& twin : find_twins(original_.graph().main(), quantized_.graph().main()))
    add_operator(twin.original, twin.quantized);
}

void Comparison::add_operator(int original, int quantized) {
  const Subgraph& from = original_.graph().main();
  const Subgraph& to = quantized_.graph().main();
  const Operator& op = from.operators[original];
  const Operator& twin = to.operators[quantized];
  Pair pair{original, quantized, nullptr, {}};
  if (is_stateless(from, op)) {
    Graph one = extract_operator(from, op);
    for (TensorId id : one.main().inputs) {
      const std::vector<TensorId>& operands = one.main().operators[0].inputs;
      const auto operand = std::find(operands.begin(), operands.end(), id) - operands.begin();
      pair.feed.emplace_back(id, static_cast<int>(operand));
    }
    pair.alone = std::make_unique<Interpreter>(std::make_shared<Model>(std::move(one)),
                                               InterpreterOptions{.num_threads = num_threads_});
  }
  pairs_.push_back(std::move(pair));
  OperatorError& row = operators_.emplace_back();
  row.index = original;
  row.name = op.display_name();
  row.layer = op.layer;
  row.tensor = from.tensors[op.outputs[0]].name;
  const Tensor& result = to.tensors[twin.outputs[0]];
  row.dtype = result.dtype;
  if (result.quantization.scale.size() == 1) {
    row.scale = result.quantization.scale[0];
    row.zero_point = result.quantization.zero();
  }
  row.bytes_before = constant_bytes(from, op);
  row.bytes_after = constant_bytes(to, twin);
}

Comparison::~Comparison() = default;

void Comparison::compare_operator(Pair& pair) {
  const Operator& op = quantized_.graph().main().operators[pair.quantized];
  const Operator& source = original_.graph().main().operators[pair.original];
  OperatorError& row = operators_[&pair - pairs_.data()];
  const Slot& result = quantized_.executor().slot(op.outputs[0]);
  const std::vector<float> got = real_values(result);
  std::vector<float> wanted = real_values(original_.executor().slot(source.outputs[0]));
  for (float value : wanted) row.range = {std::min(row.range.min, value), std::max(row.range.max, value)};
  if (pair.alone) {
    SubgraphExecutor& alone = pair.alone->executor();
    for (const auto& [id, operand] : pair.feed)
      pair.alone->resize_input(id, quantized_.executor().slot(op.inputs[operand]).shape);
    alone.allocate();
    for (const auto& [id, operand] : pair.feed) {
      const Slot& from = quantized_.executor().slot(op.inputs[operand]);
      const Slot& to = alone.slot(id);
      if (to.dtype == DType::kFloat32) {
        const std::vector<float> values = real_values(from);
        std::memcpy(to.data, values.data(), to.bytes);
      } else {
        std::memcpy(to.data, from.data, std::min(from.bytes, to.bytes));
      }
    }
    alone.run();
    wanted = real_values(alone.slot(alone.subgraph().outputs[0]));
  }
  if (got.size() != wanted.size()) return;
  for (size_t i = 0; i < got.size(); ++i) {
    const double difference = static_cast<double>(got[i]) - wanted[i];
    row.signal += static_cast<double>(wanted[i]) * wanted[i];
    row.noise += difference * difference;
    row.error_sum += difference;
    row.worst = std::max(row.worst, std::abs(difference));
  }
  row.elements += static_cast<int64_t>(got.size());
  row.saturated += count_saturated(result);
}

void Comparison::run(const std::vector<Value>& inputs) {
  for (Interpreter* interpreter : {&original_, &quantized_}) {
    const Subgraph& main = interpreter->graph().main();
    for (size_t i = 0; i < inputs.size(); ++i) interpreter->resize_input(main.inputs[i], inputs[i].shape);
    interpreter->allocate();
    for (size_t i = 0; i < inputs.size(); ++i) {
      set_input(*interpreter, main.inputs[i], inputs[i],
                original_.graph().main().tensors[original_.graph().main().inputs[i]].dtype);
    }
    interpreter->invoke();
  }
  for (Pair& pair : pairs_) compare_operator(pair);
  const Subgraph& from = original_.graph().main();
  for (size_t k = 0; k < from.outputs.size(); ++k) {
    const std::vector<float> wanted = real_values(original_.executor().slot(from.outputs[k]));
    const std::vector<float> got =
        real_values(quantized_.executor().slot(quantized_.graph().main().outputs[k]));
    if (got.size() != wanted.size()) continue;
    for (size_t i = 0; i < got.size(); ++i) {
      output_signal_ += static_cast<double>(wanted[i]) * wanted[i];
      output_noise_ += (static_cast<double>(got[i]) - wanted[i]) * (static_cast<double>(got[i]) - wanted[i]);
    }
  }
}

double Comparison::output_error() const {
  return output_noise_ > 0 ? std::sqrt(output_noise_ / std::max(output_signal_, 1e-30)) : 0.0;
}

}  // namespace litewright
