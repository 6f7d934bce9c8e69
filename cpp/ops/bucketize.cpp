#include <algorithm>
#include <vector>

#include "ops/elementwise.h"

namespace litewright {
namespace {

void infer(InferContext& c) {
  const std::vector<float>& boundaries = c.options<BucketizeOptions>().boundaries;
  if (!std::is_sorted(boundaries.begin(), boundaries.end())) c.fail("Expected sorted boundaries");
  c.set_output(0, DType::kInt32, c.input_shape(0));
}

template <class T>
Kernel bucket_kernel(const NodeContext& c) {
  return map_kernel<T, int32_t>(c, [boundaries = c.options<BucketizeOptions>().boundaries](T x) {
    return static_cast<int32_t>(std::upper_bound(boundaries.begin(), boundaries.end(), x) -
                                boundaries.begin());
  });
}

Kernel prepare(PrepareContext& c) {
  switch (c.input_dtype(0)) {
    case DType::kFloat32:
      return bucket_kernel<float>(c);
    case DType::kFloat64:
      return bucket_kernel<double>(c);
    case DType::kInt32:
      return bucket_kernel<int32_t>(c);
    case DType::kInt64:
      return bucket_kernel<int64_t>(c);
    default:
      refuse_dtype(c);
  }
}

}  // namespace

extern const OpDef kBucketize;
const OpDef kBucketize = {
    .code = BuiltinOp::kBucketize,
    .inputs = {{"x"}},
    .options = &schema_of<BucketizeOptions>(),
    .infer = infer,
    .prepare = prepare,
    .types = "float32, float64, int32, int64",
};

}  // namespace litewright
