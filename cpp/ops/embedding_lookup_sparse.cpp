// EMBEDDING_LOOKUP_SPARSE (ids, indices, dense_shape, weights, table): for every place of a sparse matrix's
// rows, the weighted sum, mean or root-mean of the table rows its ids name. Places follow each other in
// `indices`.
#include <algorithm>
#include <cmath>

#include "ops/movement.h"

namespace litewright {
namespace {

void infer(InferContext& c) {
  const Shape& indices = c.input_shape(1);
  const Shape& table = c.input_shape(4);
  const Shape ids = c.input_shape(0);
  for (int i = 0; i < 3; ++i) {
    if (c.input_dtype(i) != DType::kInt32) c.fail(c.describe_input(i), " should be int32");
  }
  if (ids.size() != 1 || indices.size() != 2 || indices[0] != ids[0] || c.input_shape(3) != ids ||
      indices[1] < 1 || table.size() < 2 || c.input_shape(2) != Shape{indices[1]}) {
    c.fail(c.describe_input(0), ", ", c.describe_input(1), " and ", c.describe_input(3),
           " do not fit each other");
  }
  if (c.input_dtype(3) != DType::kFloat32 || c.input_dtype(4) != DType::kFloat32)
    c.fail("weights and table should be float32");
  std::vector<int64_t> dims = c.ints(2);
  dims.pop_back();
  dims.insert(dims.end(), table.begin() + 1, table.end());
  c.set_output(0, DType::kFloat32, checked_shape(c, dims));
}

struct Bucket {
  int64_t place = 0, elements = 0;
  float weight = 0, squares = 0;
};

void finish(const Bucket& bucket, CombinerType combiner, float* output, int64_t width) {
  if (combiner == CombinerType::kSum || bucket.elements == 0) return;
  const float divisor = combiner == CombinerType::kMean ? bucket.weight : std::sqrt(bucket.squares);
  for (int64_t k = 0; k < width; ++k) output[bucket.place * width + k] /= divisor;
}

Kernel prepare(PrepareContext& c) {
  return [combiner = c.options<EmbeddingLookupSparseOptions>().combiner](RunContext& run) -> Status {
    const int64_t count = run.input_shape(0)[0], rank = run.input_shape(1)[1], rows = run.input_shape(4)[0];
    const int64_t width = elements_between(run.input_shape(4), 1, run.input_shape(4).size());
    float* output = run.out<float>(0);
    std::fill_n(output, num_elements(run.output_shape(0)), 0.0f);
    Bucket bucket;
    for (int64_t i = 0; i < count; ++i) {
      const int32_t id = run.in<int32_t>(0)[i];
      if (id < 0 || id >= rows)
        return Status::error("id ", id, " is outside the ", rows, " rows of the table");
      int64_t place = 0;
      for (int64_t k = 0; k + 1 < rank; ++k) {
        const int32_t index = run.in<int32_t>(1)[i * rank + k], extent = run.output_shape(0)[k];
        if (index < 0 || index >= extent)
          return Status::error("index ", index, " is outside a dimension of ", extent);
        place = place * extent + index;
      }
      if (place != bucket.place) {
        finish(bucket, combiner, output, width);
        bucket = {place};
      }
      const float weight = run.in<float>(3)[i];
      ++bucket.elements;
      bucket.weight += weight;
      bucket.squares += weight * weight;
      for (int64_t k = 0; k < width; ++k)
        output[place * width + k] += run.in<float>(4)[id * width + k] * weight;
    }
    if (num_elements(run.output_shape(0)) > 0) finish(bucket, combiner, output, width);
    return {};
  };
}

}  // namespace

extern const OpDef kEmbeddingLookupSparse;
const OpDef kEmbeddingLookupSparse = {
    .code = BuiltinOp::kEmbeddingLookupSparse,
    .inputs = {{"ids"}, {"indices"}, {"dense_shape"}, {"weights"}, {"table"}},
    .options = &schema_of<EmbeddingLookupSparseOptions>(),
    .infer = infer,
    .prepare = prepare,
    .types = "float32"};

}  // namespace litewright
