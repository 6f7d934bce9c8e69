// BATCH_MATMUL: x [..., M, K] and y [..., K, N] (adj: transposed), leading dimensions broadcast -> [..., M,
// N].
#include "ops/linear/batch_matmul.h"

#include <algorithm>

namespace litewright {
namespace {

// Which matrix of `own` belongs to each matrix of the broadcast `all`.
std::vector<int64_t> matrix_indexes(const Shape& own, const Shape& all) {
  std::vector<int64_t> indexes(num_elements(all));
  for (size_t p = 0; p < indexes.size(); ++p) {
    int64_t rest = static_cast<int64_t>(p), stride = 1;
    for (size_t i = 0; i < all.size(); ++i) {
      const int64_t at = rest % all[all.size() - 1 - i];
      rest /= all[all.size() - 1 - i];
      if (i >= own.size()) continue;
      const int64_t extent = own[own.size() - 1 - i];
      indexes[p] += (extent == 1 ? 0 : at) * stride;
      stride *= extent;
    }
  }
  return indexes;
}

BatchProduct batch_of(const NodeContext& context, Shape* output) {
  const Shape& x = context.input_shape(0);
  const Shape& y = context.input_shape(1);
  if (x.size() < 2 || y.size() < 2) {
    context.fail(context.describe_input(0), " and ", context.describe_input(1),
                 " should have at least 2 dimensions");
  }
  const auto& options = context.options<BatchMatMulOptions>();
  BatchProduct batch;
  batch.adj_x = options.adj_x, batch.adj_y = options.adj_y;
  const int32_t x_rows = x[x.size() - 2], x_columns = x.back(), y_rows = y[y.size() - 2],
                y_columns = y.back();
  batch.m = batch.adj_x ? x_columns : x_rows;
  batch.k = batch.adj_x ? x_rows : x_columns;
  batch.n = batch.adj_y ? y_rows : y_columns;
  const Shape x_batch(x.begin(), x.end() - 2), y_batch(y.begin(), y.end() - 2);
  const auto all = broadcast(x_batch, y_batch);
  if (!all || batch.k != (batch.adj_y ? y_columns : y_rows)) {
    context.fail(context.describe_input(0), " does not go with ", context.describe_input(1));
  }
  batch.x = matrix_indexes(x_batch, *all);
  batch.y = matrix_indexes(y_batch, *all);
  batch.x_count = num_elements(x_batch);
  batch.y_count = num_elements(y_batch);
  *output = *all;
  output->push_back(static_cast<int32_t>(batch.m));
  output->push_back(static_cast<int32_t>(batch.n));
  return batch;
}

void infer(InferContext& context) {
  const DType x = context.input_dtype(0), y = context.input_dtype(1);
  const bool fits =
      (x == DType::kFloat32 && (y == DType::kFloat32 || y == DType::kInt8 || y == DType::kInt4)) ||
      (x == DType::kInt8 && y == x) || (x == DType::kInt16 && (y == x || y == DType::kInt8));
  if (!fits) context.fail(context.describe_input(0), " does not go with ", context.describe_input(1));
  Shape output;
  batch_of(context, &output);
  const bool sums =
      x == DType::kInt8 && context.declares_outputs() && context.output_dtype(0) == DType::kInt32;
  context.set_output(0, sums ? DType::kInt32 : x, output);
}

Kernel prepare(PrepareContext& context) {
  Shape output;
  const BatchProduct batch = batch_of(context, &output);
  if (context.input_dtype(0) != DType::kFloat32) return prepare_int_batch(context, batch);
  if (context.input_dtype(1) == DType::kFloat32) return prepare_float_batch(context, batch);
  return prepare_hybrid_batch(context, batch,
                              context.options<BatchMatMulOptions>().asymmetric_quantize_inputs);
}

}  // namespace

extern const OpDef kBatchMatmul;
const OpDef kBatchMatmul = {
    .code = BuiltinOp::kBatchMatmul,
    .max_version = 4,
    .inputs = {{"x"}, {"y"}},
    .options = &schema_of<BatchMatMulOptions>(),
    .infer = infer,
    .prepare = prepare,
    .quant = {.output = QuantRule::kOwnRange,
              .int16 = true,
              .hybrid = QuantRule::kComputes,
              .hybrid_operands = {1}},
    .types = "float32, int8, int16; float32 and int16 with int8; int8 to int32",
    .fast_path = true,
};

}  // namespace litewright
