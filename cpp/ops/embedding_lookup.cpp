// EMBEDDING_LOOKUP (ids, table): rows of the table. A table of 8, 4 or 2 bits with scales (one, one per row,
// or one per block of a row) gives floats where the output is declared so.
#include <cstring>

#include "core/float16.h"
#include "ops/movement.h"

namespace litewright {
namespace {

bool dequantizes(const NodeContext& c, DType output) {
  return c.input_dtype(1) != output && (output == DType::kFloat32 || output == DType::kFloat16);
}

void infer(InferContext& c) {
  if (c.input_dtype(0) != DType::kInt32 || c.input_shape(0).size() != 1)
    c.fail(c.describe_input(0), " should be an int32 vector");
  Shape shape = c.input_shape(1);
  if (shape.size() < 2 || dtype_size(c.input_dtype(1)) == 0)
    c.fail(c.describe_input(1), " should have two dimensions");
  shape[0] = c.input_shape(0)[0];
  const DType output = c.declares_outputs() ? c.output_dtype(0) : c.input_dtype(1);
  c.set_output(0, dequantizes(c, output) ? output : c.input_dtype(1), shape);
}

// Calls copy(table row, output row).
template <class Copy>
Status for_each_row(const RunContext& run, const Copy& copy) {
  const int32_t rows = run.input_shape(1)[0];
  const int64_t count = run.input_shape(0)[0];
  for (int64_t i = 0; i < count; ++i) {
    const int32_t id = run.in<int32_t>(0)[i];
    if (id < 0 || id >= rows) return Status::error("id ", id, " is outside the ", rows, " rows of the table");
    copy(id, i);
  }
  return {};
}

// One scale for every `block` elements, row after row; `block` a row, or everything.
struct Scales {
  std::vector<float> values;
  int64_t block, blocks_per_row;
};

Scales scales(PrepareContext& c, int64_t columns) {
  const Quantization& q = c.input_quantization(1);
  const int64_t rows = c.input_shape(1)[0];
  if (q.block_size > 0) {
    if (columns % q.block_size != 0)
      c.fail("rows of ", columns, " do not divide into blocks of ", q.block_size);
    const Tensor& tensor = c.graph_tensor(q.block_scales);
    const int64_t blocks = columns / q.block_size;
    if (tensor.dtype != DType::kFloat16 || !tensor.is_constant ||
        tensor.data.size() < static_cast<size_t>(rows * blocks) * sizeof(Half)) {
      c.fail("the block scales '", tensor.name, "' do not fit ", c.describe_input(1));
    }
    Scales result{{}, q.block_size, blocks};
    for (int64_t i = 0; i < rows * blocks; ++i) {
      Half half;
      std::memcpy(&half, tensor.data.data() + i * sizeof half, sizeof half);
      result.values.push_back(half_to_float(half));
    }
    return result;
  }
  if (q.scale.empty()) c.fail(c.describe_input(1), " is not quantized");
  if (q.zero() != 0) c.fail(c.describe_input(1), " has a zero point");
  if (q.per_channel() && (q.axis != 0 || static_cast<int64_t>(q.scale.size()) != rows)) {
    c.fail(c.describe_input(1), " should have one scale for each row");
  }
  return {q.scale, columns, q.per_channel() ? 1 : 0};
}

template <class T>
Kernel dequantizing(Scales scales, int64_t columns) {
  return [scales = std::move(scales), columns](RunContext& run) -> Status {
    return for_each_row(run, [&](int64_t row, int64_t to) {
      const int8_t* values = run.in<int8_t>(1) + row * columns;
      T* output = run.out<T>(0) + to * columns;
      const float* scale = scales.values.data() + row * scales.blocks_per_row;
      for (int64_t i = 0; i < columns; ++i) {
        const float value = static_cast<float>(values[i]) * scale[i / scales.block];
        if constexpr (std::is_same_v<T, Half>) {
          output[i] = float_to_half(value);
        } else {
          output[i] = value;
        }
      }
    });
  };
}

Kernel prepare(PrepareContext& c) {
  const Shape& table = c.input_shape(1);
  const int64_t columns = elements_between(table, 1, table.size());
  if (dequantizes(c, c.output(0).dtype)) {
    switch (c.input_dtype(1)) {
      case DType::kInt8:
      case DType::kUInt8:
      case DType::kInt4:
      case DType::kInt2:
        break;
      default:
        c.fail(c.describe_input(1), " cannot give ", dtype_name(c.output(0).dtype));
    }
    return c.output(0).dtype == DType::kFloat32 ? dequantizing<float>(scales(c, columns), columns)
                                                : dequantizing<Half>(scales(c, columns), columns);
  }
  return [bytes = static_cast<size_t>(columns) * dtype_size(c.input_dtype(1))](RunContext& run) -> Status {
    if (bytes == 0) return {};
    return for_each_row(run, [&](int64_t row, int64_t to) {
      std::memcpy(run.out<uint8_t>(0) + to * bytes, run.in<uint8_t>(1) + row * bytes, bytes);
    });
  };
}

}  // namespace

extern const OpDef kEmbeddingLookup;
const OpDef kEmbeddingLookup = {.code = BuiltinOp::kEmbeddingLookup,
                                .max_version = 5,
                                .inputs = {{"ids"}, {"table"}},
                                .infer = infer,
                                .prepare = prepare,
                                .quant = {.hybrid = QuantRule::kComputes, .hybrid_operands = {1}},
                                .types = "all but string; int8, uint8, int4, int2 to float32, float16"};

}  // namespace litewright
