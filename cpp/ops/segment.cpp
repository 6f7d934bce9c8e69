// SEGMENT_SUM (data, ids ascending from 0 without gaps) and UNSORTED_SEGMENT_SUM/PROD/MAX/MIN (data, ids,
// number of segments): the slices of the data that share an id, reduced to one. Slices with a negative id are
// left out; empty segments hold the neutral element.
#include <algorithm>

#include "ops/movement.h"
#include "ops/reductions.h"

namespace litewright {
namespace {

using reductions::Maximum, reductions::Minimum, reductions::Product, reductions::Sum;

void check_types(const NodeContext& c) {
  if (c.input_dtype(0) != DType::kFloat32 && c.input_dtype(0) != DType::kInt32)
    c.fail(c.describe_input(0), " should be float32 or int32");
  if (c.input_dtype(1) != DType::kInt32) c.fail(c.describe_input(1), " should be int32");
  const Shape& data = c.input_shape(0);
  const Shape& ids = c.input_shape(1);
  if (ids.size() > data.size() || !std::equal(ids.begin(), ids.end(), data.begin())) {
    c.fail(c.describe_input(1), " does not fit ", c.describe_input(0));
  }
}

Shape segments_shape(const NodeContext& c, int64_t segments) {
  const Shape& data = c.input_shape(0);
  Shape shape = checked_shape(c, {segments});
  shape.insert(shape.end(), data.begin() + c.input_shape(1).size(), data.end());
  return shape;
}

void infer_sorted(InferContext& c) {
  check_types(c);
  if (c.input_shape(1).size() != 1) c.fail(c.describe_input(1), " should have one dimension");
  int32_t previous = -1;
  for (int32_t id : c.values<int32_t>(1)) {
    if (id < 0 || (id != previous && id != previous + 1)) c.fail("segment id ", id, " follows ", previous);
    previous = id;
  }
  c.set_output(0, c.input_dtype(0), segments_shape(c, int64_t{previous} + 1));
}

void infer_unsorted(InferContext& c) {
  check_types(c);
  c.set_output(0, c.input_dtype(0), segments_shape(c, c.int_scalar(2)));
}

template <class T, class Reduction>
Status reduce(RunContext& run) {
  const Shape& shape = run.output_shape(0);
  const int64_t slices = num_elements(run.input_shape(1)), inner = elements_between(shape, 1, shape.size());
  const int32_t* ids = run.in<int32_t>(1);
  T* output = run.out<T>(0);
  std::fill_n(output, num_elements(shape), Reduction::template neutral<T>());
  for (int64_t i = 0; i < slices; ++i) {
    if (ids[i] < 0) continue;
    if (ids[i] >= shape[0])
      return Status::error("segment id ", ids[i], " is outside ", shape[0], " segments");
    const T* slice = run.in<T>(0) + i * inner;
    T* segment = output + ids[i] * inner;
    for (int64_t k = 0; k < inner; ++k) segment[k] = Reduction::combine(segment[k], slice[k]);
  }
  return {};
}

template <class Reduction>
Kernel prepare(PrepareContext& c) {
  return c.input_dtype(0) == DType::kFloat32 ? Kernel(reduce<float, Reduction>)
                                             : Kernel(reduce<int32_t, Reduction>);
}

template <class Reduction>
OpDef unsorted(BuiltinOp code, const OptionsSchema* options) {
  return {.code = code,
          .inputs = {{"data"}, {"segment_ids"}, {"num_segments"}},
          .options = options,
          .infer = infer_unsorted,
          .prepare = prepare<Reduction>,
          .types = "float32, int32"};
}

}  // namespace

extern const OpDef kSegmentSum, kUnsortedSegmentSum, kUnsortedSegmentProd, kUnsortedSegmentMax,
    kUnsortedSegmentMin;
const OpDef kSegmentSum = {.code = BuiltinOp::kSegmentSum,
                           .inputs = {{"data"}, {"segment_ids"}},
                           .options = &schema_of<SegmentSumOptions>(),
                           .infer = infer_sorted,
                           .prepare = prepare<Sum>,
                           .types = "float32, int32"};
const OpDef kUnsortedSegmentSum =
    unsorted<Sum>(BuiltinOp::kUnsortedSegmentSum, &schema_of<UnsortedSegmentSumOptions>());
const OpDef kUnsortedSegmentProd =
    unsorted<Product>(BuiltinOp::kUnsortedSegmentProd, &schema_of<UnsortedSegmentProdOptions>());
const OpDef kUnsortedSegmentMax =
    unsorted<Maximum>(BuiltinOp::kUnsortedSegmentMax, &schema_of<UnsortedSegmentMaxOptions>());
const OpDef kUnsortedSegmentMin =
    unsorted<Minimum>(BuiltinOp::kUnsortedSegmentMin, &schema_of<UnsortedSegmentMinOptions>());

}  // namespace litewright
