#include "importers/keras/lowering.h"

#include <algorithm>
#include <cstring>
#include <thread>
#include <utility>

#include "core/error.h"
#include "core/memory.h"
#include "core/thread_pool.h"
#include "importers/keras/model.h"

namespace litewright::keras {
namespace {

void flatten(const Argument& argument, std::vector<Value>& into) {
  if (argument.is_tensor()) into.push_back({argument.tensor, argument.mask});
  for (const Argument& item : argument.list) flatten(item, into);
}

}  // namespace

Lowering::Lowering(Importer& importer, Config config, Weights weights, std::string class_name,
                   const Call& call)
    : Ops(importer.builder()),
      importer_(&importer),
      config_(std::move(config)),
      weights_(std::move(weights)),
      class_name_(std::move(class_name)),
      call_(&call) {
  for (const Argument& argument : call.args) flatten(argument, inputs_);
  if (!inputs_.empty()) return;
  for (const char* name : {"inputs", "input", "x", "sequence", "sequences", "query", "images"}) {
    const auto found = call.kwargs.find(name);
    if (found == call.kwargs.end()) continue;
    flatten(found->second, inputs_);
    break;
  }
}

int Lowering::keras() const { return importer_->keras(); }

TensorId Lowering::input(int i) const {
  if (i >= static_cast<int>(inputs_.size())) {
    fail(ErrorCode::kInvalidModel, "is called with ", inputs_.size(), " tensors, needs at least ", i + 1);
  }
  return inputs_[static_cast<size_t>(i)].id;
}

TensorId Lowering::mask() const {
  if (const Argument* given = argument("mask")) {
    if (given->is_tensor()) return given->tensor;
  }
  return inputs_.empty() ? kNoTensor : inputs_[0].mask;
}

const Argument* Lowering::argument(const char* name, int position) const {
  const auto found = call_->kwargs.find(name);
  const Argument* given = nullptr;
  if (found != call_->kwargs.end()) {
    given = &found->second;
  } else if (position >= 0 && position < static_cast<int>(call_->args.size())) {
    given = &call_->args[static_cast<size_t>(position)];
  }
  const bool nothing = given == nullptr || (!given->is_tensor() && !given->is_list && given->value.is_null());
  return nothing ? nullptr : given;
}

Weight Lowering::weight(const std::string& name, const Shape& shape) {
  return weights_.read(name, next_weight_++, shape);
}

int32_t Lowering::channels(TensorId x, int axis) const {
  const int32_t extent = shape(x)[static_cast<size_t>(this->axis(x, axis))];
  if (extent < 0) unsupported("the extent of axis " + std::to_string(axis) + " must be known");
  return extent;
}

std::vector<Value> Lowering::lower_layer(const Json& layer, const Weights& weights, const Call& call) {
  const std::string outer = builder().layer();
  std::vector<Value> results = importer_->call_layer(layer, weights, call);
  builder().set_layer(outer);
  return results;
}

Lowering Lowering::part(Config config, Weights weights) const {
  return Lowering(*importer_, std::move(config), std::move(weights), class_name_, *call_);
}

void Lowering::unsupported(const std::string& reason) const { fail(ErrorCode::kUnsupported, reason); }

bool channels_first(const Config& config) {
  const std::string format = config.text("data_format", "channels_last");
  if (format != "channels_first" && format != "channels_last") {
    config.bad("data_format", "'channels_last' or 'channels_first'");
  }
  return format == "channels_first";
}

TensorId to_channels_last(Ops& ops, TensorId x, bool needed) {
  if (!needed) return x;
  Axes permutation = {0};
  for (int i = 2; i < ops.rank(x); ++i) permutation.push_back(i);
  permutation.push_back(1);
  return ops.transpose(x, permutation);
}

TensorId to_channels_first(Ops& ops, TensorId x, bool needed) {
  if (!needed) return x;
  Axes permutation = {0, ops.rank(x) - 1};
  for (int i = 1; i + 1 < ops.rank(x); ++i) permutation.push_back(i);
  return ops.transpose(x, permutation);
}

namespace {

constexpr int64_t kLarge = 1 << 18;  // elements that are worth starting threads

// Floats at any address.
class Floats {
 public:
  explicit Floats(const uint8_t* bytes) : bytes_(bytes) {}
  float operator[](size_t i) const {
    float value;
    std::memcpy(&value, bytes_ + i * sizeof(float), sizeof(float));
    return value;
  }

 private:
  const uint8_t* bytes_;
};

// Rows [r0, r1) of [rows, columns] turned, in tiles that stay in the nearest cache.
void turn_rows(Floats from, size_t rows, size_t columns, size_t r0, size_t r1, float* to) {
  constexpr size_t kRows = 256, kColumns = 16;
  float tile[kColumns][kRows];
  for (size_t r = r0; r < r1; r += kRows) {
    const size_t height = std::min(kRows, r1 - r);
    for (size_t c = 0; c < columns; c += kColumns) {
      const size_t width = std::min(kColumns, columns - c);
      for (size_t i = 0; i < height; ++i) {
        for (size_t j = 0; j < width; ++j) tile[j][i] = from[(r + i) * columns + c + j];
      }
      for (size_t j = 0; j < width; ++j) std::copy_n(tile[j], height, to + (c + j) * rows + r);
    }
  }
}

void turn(Floats from, size_t rows, size_t columns, float* to) {
  if (static_cast<int64_t>(rows * columns) < kLarge) return turn_rows(from, rows, columns, 0, rows, to);
  ThreadPool pool(std::min<int>(4, static_cast<int>(std::thread::hardware_concurrency())));
  pool.parallel_for(static_cast<int64_t>(rows), 1, [&](int64_t begin, int64_t end) {
    turn_rows(from, rows, columns, static_cast<size_t>(begin), static_cast<size_t>(end), to);
  });
}

// The last axis goes to the front, the others stay in order.
bool is_rotation(const Axes& permutation) {
  const auto last = static_cast<int32_t>(permutation.size()) - 1;
  for (int32_t i = 0; i <= last; ++i) {
    if (permutation[static_cast<size_t>(i)] != (i == 0 ? last : i - 1)) return false;
  }
  return last >= 0;
}

void permute(Floats values, size_t count, const Shape& shape, const Axes& permutation, float* to) {
  const size_t rank = shape.size();
  std::vector<int64_t> stride(rank, 1);
  for (size_t i = rank; i-- > 1;) stride[i - 1] = stride[i] * shape[i];
  std::vector<int32_t> index(rank, 0);
  int64_t from = 0;
  for (size_t n = 0; n < count; ++n) {
    to[n] = values[static_cast<size_t>(from)];
    for (size_t i = rank; i-- > 0;) {  // the next element of the result, row by row
      const auto axis = static_cast<size_t>(permutation[i]);
      from += stride[axis];
      if (++index[i] < shape[axis]) break;
      from -= stride[axis] * shape[axis];
      index[i] = 0;
    }
  }
}

Bytes permuted(const uint8_t* bytes, size_t size, const Shape& shape, const Axes& permutation) {
  const std::shared_ptr<uint8_t> memory = allocate(size);
  auto* to = reinterpret_cast<float*>(memory.get());
  const size_t count = size / sizeof(float);
  if (is_rotation(permutation) && shape.back() > 0) {
    const auto columns = static_cast<size_t>(shape.back());
    turn(Floats(bytes), count / columns, columns, to);
  } else {
    permute(Floats(bytes), count, shape, permutation, to);
  }
  return Bytes(memory, memory.get(), size);
}

}  // namespace

Bytes permuted(std::span<const float> values, const Shape& shape, const Axes& permutation) {
  return permuted(reinterpret_cast<const uint8_t*>(values.data()), values.size_bytes(), shape, permutation);
}

Bytes permuted(const Weight& weight, const Shape& shape, const Axes& permutation) {
  return permuted(weight.stored.data(), weight.stored.size(), shape, permutation);
}

TensorId transposed_constant(Ops& ops, const Weight& weight, int32_t rows, int32_t columns) {
  return ops.floats(permuted(weight, {rows, columns}, {1, 0}), {columns, rows});
}

}  // namespace litewright::keras
