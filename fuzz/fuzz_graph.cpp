// As fuzz_tflite, with mutations that keep the file's structure: indexes, shapes, types, quantization,
// options and constants of the graph change, and the writer makes a file of it.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>

#include "fuzz/common.h"
#include "ops/option_visit.h"
#include "tflite/reader.h"
#include "tflite/writer.h"

using namespace litewright;

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const unsigned choice = size == 0 ? 0 : data[size / 2] * 65793u;
  fuzz::expect_errors([&] { fuzz::run_model(data, size, choice); });
  return 0;
}

namespace {

class GraphMutator {
 public:
  explicit GraphMutator(unsigned seed) : random_(seed) {}

  void mutate(Graph& graph) {
    Subgraph& subgraph = graph.subgraphs[below(graph.subgraphs.size())];
    switch (below(6)) {
      case 0:
      case 1:
        if (!subgraph.tensors.empty()) mutate_tensor(subgraph.tensors[below(subgraph.tensors.size())]);
        break;
      case 2:
      case 3:
        if (!subgraph.operators.empty())
          mutate_operator(subgraph.operators[below(subgraph.operators.size())], subgraph);
        break;
      case 4:
        mutate_ids(below(2) != 0 ? subgraph.inputs : subgraph.outputs, subgraph);
        break;
      default:
        if (subgraph.operators.size() > 1)
          std::swap(subgraph.operators[below(subgraph.operators.size())],
                    subgraph.operators[below(subgraph.operators.size())]);
    }
  }

 private:
  size_t below(size_t count) { return count == 0 ? 0 : random_() % count; }

  int64_t number(int64_t old) {
    constexpr int64_t kNumbers[] = {0,   1,   -1,  2,     3,     4,       5,         8,         16,
                                    127, 128, 255, 65535, 65536, 1 << 24, INT32_MAX, INT32_MIN, INT64_MAX};
    switch (below(4)) {
      case 0:
        return old + static_cast<int64_t>(below(5)) - 2;
      case 1:
        return old ^ (int64_t{1} << below(32));
      default:
        return kNumbers[below(std::size(kNumbers))];
    }
  }

  void mutate_numbers(std::vector<int32_t>& numbers) {
    const size_t kind = below(5);
    if (kind == 0) {
      numbers.insert(numbers.begin() + static_cast<long>(below(numbers.size() + 1)),
                     static_cast<int32_t>(number(1)));
    } else if (numbers.empty()) {
      return;
    } else if (kind == 1) {
      numbers.erase(numbers.begin() + static_cast<long>(below(numbers.size())));
    } else {
      int32_t& one = numbers[below(numbers.size())];
      one = static_cast<int32_t>(number(one));
    }
  }

  void mutate_ids(std::vector<TensorId>& ids, const Subgraph& subgraph) {
    if (!ids.empty() && below(3) != 0) {
      ids[below(ids.size())] = static_cast<TensorId>(below(subgraph.tensors.size() + 1)) - 1;
    } else {
      mutate_numbers(ids);
    }
  }

  void mutate_tensor(Tensor& tensor) {
    switch (below(8)) {
      case 0:
      case 1:
        mutate_numbers(tensor.shape);
        break;
      case 2:
        tensor.dtype = static_cast<DType>(below(kDTypeCount));
        break;
      case 3:
        tensor.is_variable = !tensor.is_variable;
        break;
      case 4:
        mutate_quantization(tensor.quantization);
        break;
      case 5:
        tensor.is_constant = !tensor.is_constant;
        if (!tensor.is_constant) tensor.data = {};
        break;
      default:
        mutate_data(tensor);
    }
    fit_data(tensor);
  }

  void mutate_data(Tensor& tensor) {
    if (tensor.data.empty()) return;
    std::vector<uint8_t> bytes(tensor.data.data(), tensor.data.data() + tensor.data.size());
    const size_t width = std::max<size_t>(dtype_size(tensor.dtype), 1);
    for (size_t count = 1 + below(3); count > 0; --count) {
      const size_t at = below(bytes.size()) / width * width;
      int64_t value = 0;
      std::memcpy(&value, bytes.data() + at, std::min({width, bytes.size() - at, sizeof value}));
      value = number(value);
      std::memcpy(bytes.data() + at, &value, std::min({width, bytes.size() - at, sizeof value}));
    }
    tensor.data = Bytes::own(std::move(bytes));
  }

  // Most wrong sizes are the same refusal; keep the bytes to what the shape says, so that what follows is
  // reached.
  void fit_data(Tensor& tensor) {
    const auto elements = checked_elements(tensor.shape);
    if (!tensor.is_constant || !elements || *elements > 1 << 16 || tensor.sparsity.present()) return;
    const auto size = static_cast<size_t>((*elements * dtype_bits(tensor.dtype) + 7) / 8);
    if (size == tensor.data.size() || dtype_bits(tensor.dtype) == 0 || below(8) == 0) return;
    std::vector<uint8_t> bytes(tensor.data.data(), tensor.data.data() + tensor.data.size());
    bytes.resize(size);
    tensor.data = Bytes::own(std::move(bytes));
  }

  void mutate_quantization(Quantization& q) {
    constexpr float kScales[] = {0, 1, -1, 1e-30f, 1e30f, 0.5f, HUGE_VALF, NAN};
    switch (below(6)) {
      case 0:
        q = {};
        break;
      case 1:
        q.scale.assign(below(4), kScales[below(std::size(kScales))]);
        break;
      case 2:
        if (!q.scale.empty()) q.scale[below(q.scale.size())] = kScales[below(std::size(kScales))];
        break;
      case 3:
        q.zero_point.assign(q.scale.size(), number(0));
        break;
      case 4:
        q.axis = static_cast<int>(number(q.axis));
        break;
      default:
        q.zero_point.assign(below(3), number(0));
    }
  }

  void mutate_operator(Operator& op, const Subgraph& subgraph) {
    switch (below(6)) {
      case 0:
        mutate_ids(op.inputs, subgraph);
        break;
      case 1:
        mutate_ids(op.outputs, subgraph);
        break;
      case 2:
        if (below(4) == 0) op.code = static_cast<BuiltinOp>(below(kBuiltinOpCount));
        break;
      default:
        mutate_options(op);
    }
  }

  void mutate_options(Operator& op) {
    if (!op.options.has_value()) {
      std::vector<uint8_t> bytes(op.custom_options.data(),
                                 op.custom_options.data() + op.custom_options.size());
      if (bytes.empty()) return;
      bytes[below(bytes.size())] = static_cast<uint8_t>(random_());
      op.custom_options = Bytes::own(std::move(bytes));
      return;
    }
    const OptionsSchema& schema = *op.options.schema();
    if (schema.fields.empty()) return;
    const OptionField& chosen = schema.fields[below(schema.fields.size())];
    op.options = op.options.filled([&](const OptionField& field, void* member) {
      if (field.id != chosen.id) return;
      change_field(field.kind, member, [&]<class T>(T& held) {
        if constexpr (std::is_same_v<T, bool>) {
          held = !held;
        } else if constexpr (std::is_floating_point_v<T>) {
          held = static_cast<T>(number(0));
        } else if constexpr (std::is_arithmetic_v<T>) {
          held = static_cast<T>(number(static_cast<int64_t>(held)));
        } else if constexpr (std::is_same_v<T, std::vector<int32_t>>) {
          mutate_numbers(held);
        } else if constexpr (!std::is_same_v<T, std::string>) {
          if (!held.empty()) held[below(held.size())] = static_cast<typename T::value_type>(number(1));
        }
      });
    });
  }

  std::minstd_rand random_;
};

}  // namespace

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size, unsigned seed) {
  if (seed % 16 == 0) return LLVMFuzzerMutate(data, size, max_size);
  try {
    Graph graph = read_tflite(Bytes::copy(data, size));
    GraphMutator mutator(seed);
    for (unsigned count = 1 + seed / 16 % 3; count > 0; --count) mutator.mutate(graph);
    const Bytes written = write_tflite(graph);
    if (written.size() > max_size) return LLVMFuzzerMutate(data, size, max_size);
    std::memcpy(data, written.data(), written.size());
    return written.size();
  } catch (const std::exception&) {
    return LLVMFuzzerMutate(data, size, max_size);
  }
}
