#include "ops/partition.h"

namespace litewright {

void infer_partition(InferContext& c, const Partition& partition) {
  if (c.num_outputs() != static_cast<int>(partition.extents.size())) {
    c.fail("it has ", c.num_outputs(), " outputs for ", partition.extents.size(), " parts");
  }
  for (int i = 0; i < c.num_outputs(); ++i)
    set_moved_output(c, i, c.input_dtype(partition.input), partition.shapes[i]);
}

Kernel partition_kernel(const PrepareContext& c, const Partition& partition) {
  const Shape& shape = c.input_shape(partition.input);
  const int64_t outer = elements_between(shape, 0, partition.axis);
  const int64_t inner = elements_between(shape, partition.axis + 1, shape.size());
  const int64_t row = inner * shape[partition.axis];
  if (c.input_dtype(partition.input) == DType::kString) {
    return [=](RunContext& run) -> Status {
      std::vector<std::string_view> strings;
      const Status status = read_strings(run, partition.input, strings);
      if (!status.ok()) return status;
      int64_t offset = 0;
      for (size_t i = 0; i < partition.extents.size(); ++i) {
        const int64_t length = partition.extents[i] * inner;
        std::vector<std::string_view> part;
        for (int64_t o = 0; o < outer; ++o) {
          const auto first = strings.begin() + o * row + offset;
          part.insert(part.end(), first, first + length);
        }
        offset += length;
        if (!run.has_output(static_cast<int>(i))) continue;
        const Status written = write_strings(run, static_cast<int>(i), partition.shapes[i], part);
        if (!written.ok()) return written;
      }
      return {};
    };
  }
  std::vector<CopyPlan> plans;
  int64_t offset = 0;
  for (int64_t extent : partition.extents) {
    const int64_t length = extent * inner;
    plans.emplace_back(Walk{{{outer, row, length}, {length, 1, 1}}, offset, 0},
                       dtype_size(c.input_dtype(partition.input)));
    offset += length;
  }
  return [plans = std::move(plans), input = partition.input](RunContext& run) -> Status {
    for (size_t i = 0; i < plans.size(); ++i) {
      const int output = static_cast<int>(i);
      if (run.has_output(output)) plans[i].run(run.in<uint8_t>(input), run.out<uint8_t>(output), &run.pool());
    }
    return {};
  };
}

}  // namespace litewright
